import { Server, ServerCredentials } from '@grpc/grpc-js';
import { CollectionSnapshot, createSnapshot, McpSourceServer, SnapshotCache } from '@quartet/mcp';
import { Resource } from '@quartet/api/istio/mcp/v1alpha1/resource';
import { kindByCollection } from '@quartet/model';
import { mkdtemp, mkdir, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createFileConfigSource, createMcpConfigSource, formatDocumentProblem, type FileConfigOptions, type McpConfigOptions } from './index.js';

const GATEWAYS = 'istio/networking/v1alpha3/gateways';
const RULES = 'istio/policy/v1beta1/rules';
const settled = <T>(assertion: () => T | Promise<T>): Promise<T> => vi.waitFor(assertion, { timeout: 10_000, interval: 10 });
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const gateway = (name: string, port = 80) =>
  `apiVersion: networking.istio.io/v1alpha3\nkind: Gateway\nmetadata: {name: ${name}, namespace: ns}\nspec: {selector: {a: b}, servers: [{port: {number: ${port}, name: http, protocol: HTTP}, hosts: ["*"]}]}\n`;

describe('a folder', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'config-'));
    cleanups.push(() => rm(dir, { recursive: true, force: true }));
  });

  const open = (options: Partial<FileConfigOptions> = {}) => {
    const problems: string[][] = [];
    const changes: string[][] = [];
    const source = createFileConfigSource({ dir, debounceMs: { quiet: 20, max: 200 }, onProblems: (list) => problems.push(list.map(formatDocumentProblem)), ...options });
    source.subscribe((_, changed) => changes.push([...changed]));
    cleanups.push(() => source.close());
    return { source, problems, changes, names: () => source.snapshot.list(GATEWAYS).map(({ metadata }) => metadata.name) };
  };

  test('is followed: files come, change, move and go', async () => {
    await writeFile(join(dir, 'a.yaml'), gateway('a'));
    const { source, names } = open();
    await source.whenSynced();
    expect(names()).toEqual(['a']);
    await mkdir(join(dir, 'sub'));
    await writeFile(join(dir, 'sub', 'b.yml'), gateway('b'));
    await settled(() => expect(names()).toEqual(['a', 'b']));
    await writeFile(join(dir, 'new'), gateway('c'));
    await rename(join(dir, 'new'), join(dir, 'a.yaml'));
    await settled(() => expect(names()).toEqual(['b', 'c']));
    await unlink(join(dir, 'sub', 'b.yml'));
    await settled(() => expect(names()).toEqual(['c']));
  });

  test('tells only of what changed, and nothing of the same text again', async () => {
    await writeFile(join(dir, 'a.yaml'), gateway('a'));
    const { source, changes } = open({ watch: false });
    await source.whenSynced();
    const before = source.snapshot;
    await writeFile(join(dir, 'a.yaml'), `# again\n${gateway('a')}`);
    await source.reload();
    expect(source.snapshot).toBe(before);
    await writeFile(join(dir, 'a.yaml'), gateway('a', 81));
    await source.reload();
    expect(changes.slice(1)).toEqual([[GATEWAYS]]);
  });

  test('reports a bad document and takes it back when it is mended', async () => {
    await writeFile(join(dir, 'a.yaml'), gateway('a'));
    const { source, problems, names } = open();
    await source.whenSynced();
    await writeFile(join(dir, 'bad.yaml'), `${gateway('b')}---\n${gateway('c', 700_000)}`);
    await settled(() => expect(problems.at(-1)?.[0]).toMatch(/^bad\.yaml:9: Gateway ns\/c: spec\.servers\[0\]\.port.*700000/));
    expect(names()).toEqual(['a', 'b']);
    await writeFile(join(dir, 'bad.yaml'), gateway('b'));
    await settled(() => expect(problems.at(-1)).toEqual([]));
  });

  test('that is missing is waited for, and one that vanishes takes nothing away', async () => {
    const missing = join(dir, 'later');
    const { source, problems, names } = open({ dir: missing });
    await settled(() => expect(problems.at(-1)?.[0]).toContain("the folder can't be read"));
    expect(source.synced).toBe(false);
    await mkdir(missing);
    await writeFile(join(missing, 'a.yaml'), gateway('a'));
    await source.whenSynced();
    await settled(() => expect(names()).toEqual(['a']));
    await rename(missing, join(dir, 'elsewhere'));
    await source.reload();
    expect(names()).toEqual(['a']);
  });

  test('mounted as a ConfigMap changes when its link is swapped', async () => {
    for (const [version, name] of [['..1', 'a'], ['..2', 'b']] as const) {
      await mkdir(join(dir, version));
      await writeFile(join(dir, version, 'g.yaml'), gateway(name));
    }
    await symlink('..1', join(dir, '..data'));
    await symlink('..data/g.yaml', join(dir, 'g.yaml'));
    const { source, names } = open({ watch: false });
    await source.whenSynced();
    expect(names()).toEqual(['a']);
    await symlink('..2', join(dir, '..new'));
    await rename(join(dir, '..new'), join(dir, '..data'));
    await source.reload();
    expect(names()).toEqual(['b']);
  });
});

describe('an MCP source', () => {
  const kind = kindByCollection(GATEWAYS);
  const resource = (name: string, version: string, spec: object) =>
    Resource.fromPartial({ metadata: { name, version, labels: { l: version }, createTime: { seconds: 7, nanos: 5e6 } }, body: { typeUrl: kind?.typeUrl ?? '', value: Buffer.from(kind?.encode(kind.parse(spec, 'spec').spec) ?? []) } });
  const good = (port = 80) => ({ selector: { a: 'b' }, servers: [{ port: { number: port, name: 'http', protocol: 'HTTP' }, hosts: ['*'] }] });
  const cache = { current: new SnapshotCache() };
  const publish = (version: string, ...resources: Resource[]) => cache.current.setSnapshot('default', createSnapshot([new CollectionSnapshot(GATEWAYS, version, resources), new CollectionSnapshot(RULES, '0', [])]));
  beforeEach(() => {
    cache.current = new SnapshotCache();
  });

  async function serve(port = 0): Promise<{ mcp: McpSourceServer; server: Server; port: number }> {
    const mcp = new McpSourceServer({ cache: cache.current, collections: { supports: () => true, groupOf: () => 'default', incremental: () => true } });
    const server = new Server();
    mcp.register(server);
    const bound = await new Promise<number>((resolve, reject) => server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, got) => (error ? reject(error) : resolve(got))));
    cleanups.push(() => server.forceShutdown());
    return { mcp, server, port: bound };
  }

  const open = (port: number, options: Partial<McpConfigOptions> = {}) => {
    const changes: string[][] = [];
    const source = createMcpConfigSource({ address: `127.0.0.1:${port}`, collections: [GATEWAYS, RULES], sinkId: 'test', backoffMs: { first: 20, max: 50 }, ...options });
    source.subscribe((_, changed) => changes.push([...changed]));
    cleanups.push(() => source.close());
    return { source, changes, names: () => source.snapshot.list(GATEWAYS).map(({ metadata }) => metadata.name) };
  };

  test('fills the snapshot; an emptied collection is emptied', async () => {
    const { port } = await serve();
    const { source, names } = open(port);
    publish('1', resource('ns/a', 'v1', good()));
    await source.whenSynced();
    expect(source.snapshot.list(GATEWAYS)).toMatchObject([{ kind: 'Gateway', metadata: { name: 'a', namespace: 'ns', labels: { l: 'v1' }, creationTimestamp: 7005, resourceVersion: 'v1' }, spec: { servers: [{ port: { number: 80 } }] } }]);
    expect(source.connected).toBe(true);
    publish('2');
    await settled(() => expect(names()).toEqual([]));
  });

  test.each([[false], [true]])('keeps its snapshot without the source, and is not told of what stayed the same (incremental: %s)', async (incremental) => {
    publish('1', resource('ns/a', 'v1', good()), resource('ns/b', 'v1', good()));
    const first = await serve();
    const { source, changes, names } = open(first.port, { incremental: incremental ? [GATEWAYS] : [] });
    await source.whenSynced();
    const a = source.snapshot.get(GATEWAYS, 'ns', 'a');
    first.mcp.close();
    first.server.forceShutdown();
    await settled(() => expect(source.connected).toBe(false));
    expect(names()).toEqual(['a', 'b']);
    cache.current = new SnapshotCache();
    publish('another process', resource('ns/a', 'v1', good()), resource('ns/b', 'v1', good()));
    const second = await serve(first.port);
    await settled(() => expect(second.mcp.sinks()[0]?.collections[GATEWAYS]?.acked).toBe('another process'));
    expect(changes).toEqual([[GATEWAYS]]);
    publish('and then', resource('ns/a', 'v1', good()), resource('ns/b', incremental ? 'v2' : 'v1', good(81)));
    await settled(() => expect(changes).toEqual([[GATEWAYS], [GATEWAYS]]));
    expect(source.snapshot.get(GATEWAYS, 'ns', 'a')).toBe(a);
  });

  test('leaves out an invalid object but applies the push; refuses a push that it cannot decode', async () => {
    const { mcp, port } = await serve();
    const { source, names } = open(port);
    publish('1', resource('ns/a', 'v1', good()), resource('ns/b', 'v1', good(700_000)));
    await source.whenSynced();
    expect(names()).toEqual(['a']);
    expect(source.dropped).toMatchObject([expect.stringMatching(/^Gateway ns\/b: spec\.servers\[0\].*700000/)]);
    publish('2', Resource.fromPartial({ metadata: { name: 'ns/c', version: 'v1' }, body: { typeUrl: kind?.typeUrl ?? '', value: Buffer.from([0xff, 0xff]) } }));
    await settled(() => expect(mcp.sinks()[0]?.collections[GATEWAYS]?.lastError).toMatch(/^2: Gateway ns\/c: body: /));
    expect(names()).toEqual(['a']);
  });

  test('asks for known kinds only', () => {
    expect(() => open(1, { collections: ['istio/nonsense'] })).toThrow('no kind is known for the collection "istio/nonsense"');
  });
});
