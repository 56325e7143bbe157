import { RequestResources, Resources } from '@quartet/api/istio/mcp/v1alpha1/mcp';
import { Resource } from '@quartet/api/istio/mcp/v1alpha1/resource';
import { Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import { parseAccessList, refuse, subjectIds, type Peer } from './access-list.js';
import { createMcpMetrics } from './metrics.js';
import { McpError } from './mcp-error.js';
import { TokenBucket } from './rate-limiter.js';
import { silentReporter } from './reporter.js';
import { SinkSession, type SinkChange } from './sink-session.js';
import { CollectionSnapshot } from './snapshot.js';

const resource = (name: string, version: string) => Resource.fromPartial({ metadata: { name, version } });
const node = { id: 'pilot', annotations: { region: 'here' } };

describe('a sink', () => {
  const applied: SinkChange[] = [];
  const updater = {
    apply(change: SinkChange) {
      if (change.resources.some((each) => each.metadata?.name === 'undecodable')) throw new McpError(2, 'undecodable: not that message');
      if (change.resources.some((each) => each.metadata?.name === 'refused')) throw new Error('refused: no');
      applied.push(change);
    },
  };
  const session = new SinkSession(node, [{ name: 'full' }, { name: 'delta', incremental: true }], updater, silentReporter);
  const push = (fields: Partial<Resources>) => session.onResources({ ...Resources.fromPartial({}), ...fields });

  test('asks for each collection without a nonce', () => {
    expect(session.initialRequests()).toEqual([
      RequestResources.fromPartial({ sinkNode: node, collection: 'full' }),
      RequestResources.fromPartial({ sinkNode: node, collection: 'delta', incremental: true }),
    ]);
  });

  test('acknowledges what it applied', async () => {
    expect(await push({ collection: 'full', nonce: 'n1', systemVersionInfo: '7', resources: [resource('a', 'v1')] })).toEqual(RequestResources.fromPartial({ sinkNode: node, collection: 'full', responseNonce: 'n1' }));
    expect(applied).toMatchObject([{ collection: 'full', version: '7', incremental: false, resources: [{ metadata: { name: 'a' } }] }]);
  });

  test.each([
    ['nowhere', 'a', 12, 'unsupported collection "nowhere"'],
    ['full', 'undecodable', 2, 'undecodable: not that message'],
    ['full', 'refused', 3, 'refused: no'],
  ])('refuses a push of %s/%s with code %d', async (collection, name, code, message) => {
    expect(await push({ collection, nonce: 'n2', resources: [resource(name, 'v1')] })).toMatchObject({ collection, responseNonce: 'n2', errorDetail: { code, message }, incremental: false });
    expect(applied).toHaveLength(1);
  });

  test('resumes an incremental collection with the versions it holds', async () => {
    await push({ collection: 'delta', nonce: 'n3', incremental: true, resources: [resource('a', 'v1'), resource('b', 'v1')] });
    await push({ collection: 'delta', nonce: 'n4', incremental: true, resources: [resource('b', 'v2')], removedResources: ['a'] });
    await push({ collection: 'delta', nonce: 'n5', incremental: true, resources: [resource('refused', 'v2')] });
    expect(session.initialRequests()[1]?.initialResourceVersions).toEqual({ b: 'v2' });
  });
});

test('a push is encoded once and differs by its nonce only', () => {
  const state = new CollectionSnapshot('c', 'v', [resource('a', '1')]);
  for (const nonce of ['1', '123456']) {
    expect(Resources.decode(state.encode(nonce))).toEqual(Resources.fromPartial({ collection: 'c', systemVersionInfo: 'v', nonce, resources: [resource('a', '1')] }));
  }
});

describe('the access list', () => {
  const tls = (...ids: string[]): Peer => ({ kind: 'tls', ids });
  const pilot = 'spiffe://cluster.local/ns/istio-system/sa/istio-pilot-service-account';
  test.each([
    [false, [pilot], tls('other', pilot), undefined],
    [false, [pilot], tls('other'), "no allowed identity found in peer's authentication info"],
    [false, [], tls(), "no allowed identity found in peer's authentication info"],
    [true, [], tls('other'), undefined],
    [true, [pilot], tls(pilot), `id is blacklisted: ${pilot}`],
    [true, [], { kind: 'none' } as Peer, 'denying by default'],
    [true, [], { kind: 'not-tls' } as Peer, 'unable to extract TLS info'],
  ])('blacklist %s of %j and %j: %s', (blacklist, ids, peer, reason) => {
    expect(refuse(peer, { blacklist, ids: new Set(ids) })).toBe(reason);
  });

  test('is read from its file', () => {
    expect(parseAccessList({ allowed: [pilot] })).toEqual({ blacklist: false, ids: new Set([pilot]) });
    expect(() => parseAccessList({ isblacklist: 'yes' })).toThrow('isblacklist: want true or false');
    expect(() => parseAccessList({ allowed: 'all' })).toThrow('allowed: want a list of strings');
    expect(() => parseAccessList('text')).toThrow('want an object');
  });

  test('reads names as Node prints them', () => {
    expect(subjectIds(`URI:${pilot}, DNS:a.b, IP Address:127.0.0.1, othername:<unsupported>`)).toEqual([pilot, 'a.b', '127.0.0.1']);
    expect(subjectIds(undefined)).toEqual([]);
  });
});

test('a token bucket lets a burst pass and then waits', async () => {
  let now = 0;
  const bucket = new TokenBucket(1000, 2, () => now);
  const signal = AbortSignal.timeout(1);
  await bucket.wait(signal);
  await bucket.wait(signal);
  now = 2;
  await bucket.wait(signal);
  await expect(new TokenBucket(0.001, 0, () => now).wait(signal)).rejects.toThrow();
});

test('metrics carry Istio names and bounded labels', async () => {
  const registry = new Registry();
  const report = createMcpMetrics(registry, 'galley');
  createMcpMetrics(registry, 'pilot').clients(1);
  report.nack('istio/policy/v1beta1/rules', 3, 'x');
  report.recvFailure(14, 'connect 127.0.0.1:9901 refused');
  report.messageSize('istio/policy/v1beta1/rules', 300_000);
  const text = await registry.metrics();
  expect(text).toContain('istio_mcp_request_nacks_total{component="galley",collection="istio/policy/v1beta1/rules",code="InvalidArgument"} 1');
  expect(text).toContain('istio_mcp_recv_failures_total{component="galley",code="Unavailable",error="connect # refused"} 1');
  expect(text).toContain('istio_mcp_clients_total{component="pilot"} 1');
  expect(text).toContain('istio_mcp_message_sizes_bytes_bucket{le="420230.4"');
});
