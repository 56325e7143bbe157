import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { applyConfig, deleteConfig, placeConfig, seedConfigFolder } from './config-folder.js';
import { Layout } from './layout.js';

const stateDir = mkdtempSync(join(tmpdir(), 'config-folder-'));
afterAll(() => rmSync(stateDir, { recursive: true }));
const layout = new Layout({ root: join(import.meta.dirname, '../../../..'), stateDir, subnet: '127.80', gateway: { host: '127.0.0.1', port: 8099 }, load: 0, prometheus: false });

describe('the config folder', () => {
  it("writes the mesh's subnet, application ports and gateway port into the sample", () => {
    seedConfigFolder(layout);
    const read = (file: string) => readFileSync(join(layout.configDir(), file), 'utf8');
    expect(read('gateway.yaml')).toMatch(/number: 8099\n/);
    expect(read('gateway.yaml')).not.toContain('8080\n');
    expect(read('sidecars.yaml')).not.toMatch(/127\.77\.|127\.0\.0\.1:190/);
    expect(read('pods.yaml')).toContain('127.80.11.1');
  });

  it('leaves port 8080 of everything but a gateway alone', () => {
    const service = 'kind: ServiceEntry\nspec: {ports: [{number: 8080}]}\n';
    expect(placeConfig(layout, `${service}---\nkind: Gateway\nspec: {servers: [{port: {number: 8080}}]}\n`)).toBe(`${service}---\nkind: Gateway\nspec: {servers: [{port: {number: 8099}}]}\n`);
  });

  it('applies a file and takes it out by its name, also when it is gone', () => {
    const file = join(stateDir, 'mine.yaml');
    writeFileSync(file, 'kind: Gateway\n');
    expect(applyConfig(layout, file)).toEqual(['mine.yaml']);
    rmSync(file);
    expect(deleteConfig(layout, file)).toEqual(['mine.yaml']);
    expect(() => deleteConfig(layout, file)).toThrow('mine.yaml was not applied');
    expect(() => applyConfig(layout, file)).toThrow('no such file or folder');
  });
});
