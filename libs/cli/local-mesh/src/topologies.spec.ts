import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { consolidatedTopology } from './consolidated-topology.js';
import { Layout, type MeshMode } from './layout.js';
import type { ProcessSpec } from './process-spec.js';
import { splitTopology } from './topology.js';

const programs = { envoy: '/bin/envoy', natsServer: '/bin/nats-server', prometheus: '/bin/prometheus' };
let stateDir: string;
beforeAll(() => void (stateDir = mkdtempSync(join(tmpdir(), 'topologies-'))));
afterAll(() => rmSync(stateDir, { recursive: true, force: true }));

function topology(mode: MeshMode): ProcessSpec[] {
  const layout = new Layout({ root: '/quartet', stateDir, subnet: '127.99', gateway: { host: '127.0.0.1', port: 8080 }, load: 1, prometheus: true, mode });
  return mode === 'split' ? splitTopology(layout, programs) : consolidatedTopology(layout, programs);
}
const namesOf = (specs: readonly ProcessSpec[], ...roles: string[]) => specs.filter(({ role }) => roles.includes(role)).map(({ name }) => name);
const ofRoles = (specs: readonly ProcessSpec[], ...roles: string[]) => specs.filter(({ role }) => roles.includes(role));

describe('the two topologies', () => {
  it('differ in the control plane', () => {
    expect(namesOf(topology('split'), 'control plane', 'bus')).toEqual(['nats-server', 'galley', 'citadel', 'pilot', 'mixer']);
    expect(namesOf(topology('consolidated'), 'control plane', 'bus')).toEqual(['istiod']);
  });

  it("have istiod at Pilot's address, with Citadel's port beside Pilot's", () => {
    expect(topology('consolidated')[0]?.listens).toEqual(['127.99.0.3:15010', '127.99.0.3:8080', '127.99.0.3:8060', '127.99.0.3:15014']);
  });

  it('have the same workloads, load and listeners of pods', () => {
    const shape = (specs: ProcessSpec[]) => ofRoles(specs, 'sidecar', 'workload', 'load').map(({ name, listens, env }) => ({ name, listens, env }));
    expect(shape(topology('consolidated'))).toEqual(shape(topology('split')));
  });

  it('name neither Mixer nor the bus to anybody when consolidated', () => {
    for (const { args } of topology('consolidated')) expect(args.join(' ')).not.toMatch(/mixer|nats|mcp|127\.99\.0\.(2|4|5|6):/);
    for (const { args } of ofRoles(topology('split'), 'sidecar')) expect(args.join(' ')).toMatch(/--mixer-check-address 127\.99\.0\.4:9091 .*--nats-url/);
  });
});
