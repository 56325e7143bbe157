import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { toJson, fromBinary } from '@bufbuild/protobuf';
import { Cluster } from '@quartet/api/envoy/config/cluster/v3/cluster';
import { ClusterLoadAssignment } from '@quartet/api/envoy/config/endpoint/v3/endpoint';
import { Listener } from '@quartet/api/envoy/config/listener/v3/listener';
import { RouteConfiguration } from '@quartet/api/envoy/config/route/v3/route';
import { describeMessage, descriptorRegistry } from '@quartet/model';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import type { Codec } from './envoy/any.js';
import { buildPushContext, compileProxy } from './index.js';
import { loadScenario } from './testdata/environment.js';

// One folder of testdata is one test: in.yaml (configuration) and proxy.yaml (who asks, mesh settings) give out.*.yaml.
// `UPDATE_GOLDENS=1` writes what comes out; read the diff before you keep it.
const root = new URL('./testdata/', import.meta.url);
const features = readdirSync(root).filter((name) => statSync(new URL(name, root)).isDirectory());
const outputs = ['out.cds.yaml', 'out.lds.yaml', 'out.rds.yaml', 'out.eds.yaml', 'out.diagnostics.yaml'] as const;

function plain<T>(name: string, codec: Codec<T>, messages: readonly T[]): unknown[] {
  const schema = describeMessage(name);
  return messages.map((message) => toJson(schema, fromBinary(schema, codec.encode(message).finish()), { registry: descriptorRegistry() }));
}

describe.each(features)('testdata/%s', (feature) => {
  const folder = new URL(`${feature}/`, root);
  const { environment, proxy } = loadScenario(folder);
  const compiled = compileProxy(buildPushContext(environment), proxy);
  const results: Record<(typeof outputs)[number], readonly unknown[]> = {
    'out.cds.yaml': plain('envoy.config.cluster.v3.Cluster', Cluster, compiled.clusters),
    'out.lds.yaml': plain('envoy.config.listener.v3.Listener', Listener, compiled.listeners),
    'out.rds.yaml': plain('envoy.config.route.v3.RouteConfiguration', RouteConfiguration, compiled.routes),
    'out.eds.yaml': plain('envoy.config.endpoint.v3.ClusterLoadAssignment', ClusterLoadAssignment, compiled.endpoints),
    'out.diagnostics.yaml': compiled.diagnostics,
  };
  if (process.env.UPDATE_GOLDENS === '1') {
    for (const name of outputs) if (existsSync(new URL(name, folder))) writeFileSync(new URL(name, folder), stringify(results[name], { aliasDuplicateObjects: false, lineWidth: 0 }));
  }

  it('has its inputs, at least one output and nothing else', () => {
    const files = readdirSync(folder);
    expect(files).toEqual(expect.arrayContaining(['in.yaml', 'proxy.yaml']));
    expect(files.filter((name) => !['in.yaml', 'proxy.yaml', ...outputs].includes(name))).toEqual([]);
    expect(files.length).toBeGreaterThan(2);
  });

  it.each(outputs.filter((name) => existsSync(new URL(name, folder))))('%s', (name) => {
    expect(JSON.parse(JSON.stringify(results[name]))).toEqual(parse(readFileSync(new URL(name, folder), 'utf8')));
  });

  it('is the same a second time', () => {
    expect(compileProxy(buildPushContext(environment), proxy)).toEqual(compiled);
  });
});
