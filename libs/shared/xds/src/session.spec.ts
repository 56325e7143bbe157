import { DiscoveryRequest, DiscoveryResponse } from '@quartet/api/envoy/service/discovery/v3/discovery';
import { describe, expect, it } from 'vitest';
import {
  ADS_TYPES, CLUSTER_TYPE, createXdsSession, encodeResource, ENDPOINT_TYPE, LISTENER_TYPE, ResourceSet, ROUTE_TYPE, type ResourceView,
} from './index.js';

type Content = Partial<Record<'clusters' | 'endpoints' | 'listeners' | 'routes', Record<string, string>>>;

function viewOf(version: string, content: Content): ResourceView {
  const setOf = (typeUrl: string, resources: Record<string, string> = {}) =>
    new ResourceSet(Object.entries(resources).map(([name, text]) => encodeResource({ typeUrl, name }, Buffer.from(text))));
  const sets = new Map([
    [CLUSTER_TYPE, setOf(CLUSTER_TYPE, content.clusters)],
    [ENDPOINT_TYPE, setOf(ENDPOINT_TYPE, content.endpoints)],
    [LISTENER_TYPE, setOf(LISTENER_TYPE, content.listeners)],
    [ROUTE_TYPE, setOf(ROUTE_TYPE, content.routes)],
  ]);
  return { version, set: (typeUrl) => sets.get(typeUrl) ?? ResourceSet.empty };
}

const short = new Map(ADS_TYPES.map((type) => [type.typeUrl, type.name]));

function harness() {
  const log: string[] = [];
  const last = new Map<string, DiscoveryResponse>();
  const session = createXdsSession({
    types: ADS_TYPES,
    now: () => 0,
    send: (bytes) => {
      const response = DiscoveryResponse.decode(bytes);
      last.set(response.typeUrl, response);
      log.push(`${short.get(response.typeUrl)}@${response.versionInfo} ${response.resources.map((any) => any.value.toString()).join(' ')}`);
    },
  });
  const ask = (typeUrl: string, request: Partial<DiscoveryRequest> = {}) => session.request(DiscoveryRequest.fromPartial({ typeUrl, ...request }));
  const ack = (typeUrl: string, names: string[] = []) => {
    const response = last.get(typeUrl);
    return ask(typeUrl, { versionInfo: response?.versionInfo ?? '', responseNonce: response?.nonce ?? '', resourceNames: names });
  };
  const taken = () => log.splice(0);
  return { session, ask, ack, taken, last };
}

/** A session whose client has asked for and accepted everything. */
function settled(content: Content, names: { endpoints?: string[]; routes?: string[] } = {}) {
  const h = harness();
  h.session.push(viewOf('1', content));
  for (const [typeUrl, wanted] of [[CLUSTER_TYPE, []], [ENDPOINT_TYPE, names.endpoints ?? []], [LISTENER_TYPE, []], [ROUTE_TYPE, names.routes ?? []]] as const) {
    h.ask(typeUrl, { resourceNames: [...wanted] });
    h.ack(typeUrl, [...wanted]);
  }
  h.taken();
  return h;
}

describe('a session', () => {
  it('answers the first request of a type with what the view has', () => {
    const h = harness();
    h.session.push(viewOf('1', { clusters: { a: 'A', b: 'B' }, endpoints: { a: 'EA', b: 'EB' } }));
    expect(h.ask(CLUSTER_TYPE)).toBe('subscribe');
    expect(h.ask(ENDPOINT_TYPE, { resourceNames: ['b'] })).toBe('subscribe');
    expect(h.taken()).toEqual(['cds@1 A B', 'eds@1 EB']);
  });

  it('answers requests that came before the first view once there is one', () => {
    const h = harness();
    h.ask(CLUSTER_TYPE);
    h.ask(ROUTE_TYPE, { resourceNames: ['r'] });
    expect(h.taken()).toEqual([]);
    h.session.push(viewOf('1', { clusters: { a: 'A' }, routes: { r: 'R' } }));
    expect(h.taken()).toEqual(['cds@1 A', 'rds@1 R']);
  });

  it('records an acceptance and says nothing to it', () => {
    const h = harness();
    h.session.push(viewOf('1', { clusters: { a: 'A' } }));
    h.ask(CLUSTER_TYPE);
    expect(h.session.settled).toBe(false);
    expect(h.ack(CLUSTER_TYPE)).toBe('ack');
    expect(h.session.settled).toBe(true);
    expect(h.session.subscription(CLUSTER_TYPE)).toMatchObject({ acks: 1, acked: { version: '1', nonce: '1' }, responses: 1 });
    expect(h.taken()).toEqual(['cds@1 A']);
  });

  it('records a refusal with the words of the client, once, and repeats nothing until the content changes', () => {
    const h = settled({ clusters: { a: 'A' } });
    h.session.push(viewOf('2', { clusters: { a: 'bad' } }));
    const nonce = h.last.get(CLUSTER_TYPE)?.nonce ?? '';
    const refusal = { versionInfo: '1', responseNonce: nonce, errorDetail: { code: 3, message: 'no such filter', details: [] } };
    expect(h.ask(CLUSTER_TYPE, refusal)).toBe('nack');
    expect(h.ask(CLUSTER_TYPE, refusal)).toBe('nack');
    expect(h.session.subscription(CLUSTER_TYPE)).toMatchObject({ nacks: 1, rejection: { code: 3, message: 'no such filter', version: '2', nonce } });
    h.session.push(viewOf('3', { clusters: { a: 'bad' } }));
    h.session.push(viewOf('4', { clusters: { a: 'good' } }));
    expect(h.taken()).toEqual(['cds@2 bad', 'cds@4 good']);
    h.ack(CLUSTER_TYPE);
    expect(h.session.subscription(CLUSTER_TYPE)?.rejection).toBeUndefined();
  });

  it('ignores and counts a stale nonce', () => {
    const h = settled({ routes: { r: 'R', s: 'S' } }, { routes: ['r'] });
    const old = h.last.get(ROUTE_TYPE);
    h.session.push(viewOf('2', { routes: { r: 'R2', s: 'S' } }));
    expect(h.ask(ROUTE_TYPE, { versionInfo: '1', responseNonce: old?.nonce ?? '', resourceNames: ['r', 's'] })).toBe('stale');
    expect(h.taken()).toEqual(['rds@2 R2']);
    expect(h.session.subscription(ROUTE_TYPE)).toMatchObject({ stale: 1 });
    expect(h.ack(ROUTE_TYPE, ['r', 's'])).toBe('resubscribe');
    expect(h.taken()).toEqual(['rds@2 S']);
  });

  it('answers names that were added, and forgets those that were dropped', () => {
    const h = settled({ endpoints: { a: 'EA', b: 'EB' } }, { endpoints: ['a'] });
    expect(h.ack(ENDPOINT_TYPE, ['a', 'b'])).toBe('resubscribe');
    h.ack(ENDPOINT_TYPE, ['a', 'b']);
    h.ack(ENDPOINT_TYPE, ['b']);
    h.ack(ENDPOINT_TYPE, ['a', 'b']);
    expect(h.taken()).toEqual(['eds@1 EB', 'eds@1 EA']);
  });

  it('does not know types that it does not serve', () => {
    expect(harness().ask('type.googleapis.com/x.Y')).toBe('unknown-type');
  });
});

describe('a push', () => {
  it('sends nothing where nothing differs', () => {
    const content = { clusters: { a: 'A' }, endpoints: { a: 'EA' }, listeners: { l: 'L' }, routes: { r: 'R' } };
    const h = settled(content, { endpoints: ['a'], routes: ['r'] });
    expect(h.session.push(viewOf('2', content))).toBe(0);
    expect(h.taken()).toEqual([]);
  });

  it('sends only the endpoints that changed', () => {
    const h = settled({ clusters: { a: 'A', b: 'B' }, endpoints: { a: 'EA', b: 'EB' } }, { endpoints: ['a', 'b'] });
    h.session.push(viewOf('2', { clusters: { a: 'A', b: 'B' }, endpoints: { a: 'EA', b: 'EB2' } }));
    expect(h.taken()).toEqual(['eds@2 EB2']);
  });

  it('goes clusters, endpoints, listeners, routes; and repeats what a changed one waits for', () => {
    const h = settled({ clusters: { a: 'A' }, endpoints: { a: 'EA' }, listeners: { l: 'L' }, routes: { r: 'R' } }, { endpoints: ['a'], routes: ['r'] });
    h.session.push(viewOf('2', { clusters: { a: 'A2' }, endpoints: { a: 'EA' }, listeners: { l: 'L2' }, routes: { r: 'R' } }));
    expect(h.taken()).toEqual(['cds@2 A2', 'eds@2 EA', 'lds@2 L2', 'rds@2 R']);
  });

  it('sends the endpoints of a new cluster before they are asked for, and not again when they are', () => {
    const h = settled({ clusters: { a: 'A' }, endpoints: { a: 'EA' } }, { endpoints: ['a'] });
    h.session.push(viewOf('2', { clusters: { a: 'A', b: 'B' }, endpoints: { a: 'EA', b: 'EB' } }));
    h.ack(CLUSTER_TYPE);
    h.ack(ENDPOINT_TYPE, ['a', 'b']);
    expect(h.taken()).toEqual(['cds@2 A B', 'eds@2 EB']);
  });

  it('sends them again if the client did not take them', () => {
    const h = settled({ clusters: { a: 'A' }, endpoints: { a: 'EA' } }, { endpoints: ['a'] });
    h.session.push(viewOf('2', { clusters: { a: 'A', b: 'B' }, endpoints: { a: 'EA', b: 'EB' } }));
    h.ask(ENDPOINT_TYPE, { versionInfo: '1', responseNonce: h.last.get(ENDPOINT_TYPE)?.nonce ?? '', resourceNames: ['a', 'b'] });
    expect(h.taken()).toEqual(['cds@2 A B', 'eds@2 EB', 'eds@2 EB']);
  });

  it('takes a cluster away only when the routes that left it are accepted', () => {
    const h = settled({ clusters: { v1: 'V1' }, routes: { r: 'to v1' } }, { routes: ['r'] });
    h.session.push(viewOf('2', { clusters: { v2: 'V2' }, routes: { r: 'to v2' } }));
    expect(h.taken()).toEqual(['cds@2 V2 V1', 'rds@2 to v2']);
    h.ack(CLUSTER_TYPE);
    expect(h.taken()).toEqual([]);
    expect(h.session.settled).toBe(false);
    h.ack(ROUTE_TYPE, ['r']);
    expect(h.taken()).toEqual(['cds@2 V2']);
    h.ack(CLUSTER_TYPE);
    expect(h.session.settled).toBe(true);
  });

  it('keeps the cluster when the new routes are refused, and takes it away with a later push', () => {
    const h = settled({ clusters: { v1: 'V1' }, routes: { r: 'to v1' } }, { routes: ['r'] });
    h.session.push(viewOf('2', { clusters: { v2: 'V2' }, routes: { r: 'bad' } }));
    h.ack(CLUSTER_TYPE);
    h.ask(ROUTE_TYPE, { versionInfo: '1', responseNonce: h.last.get(ROUTE_TYPE)?.nonce ?? '', resourceNames: ['r'], errorDetail: { code: 3, message: 'no', details: [] } });
    expect(h.taken()).toEqual(['cds@2 V2 V1', 'rds@2 bad']);
    h.session.push(viewOf('3', { clusters: { v2: 'V2' }, routes: { r: 'to v2' } }));
    h.ack(CLUSTER_TYPE);
    h.ack(ROUTE_TYPE, ['r']);
    expect(h.taken()).toEqual(['cds@3 V2 V1', 'rds@3 to v2', 'cds@3 V2']);
  });

  it('takes a cluster away at once when nothing that could name it changes', () => {
    const h = settled({ clusters: { a: 'A', b: 'B' }, routes: { r: 'R' } }, { routes: ['r'] });
    h.session.push(viewOf('2', { clusters: { a: 'A' }, routes: { r: 'R' } }));
    expect(h.taken()).toEqual(['cds@2 A']);
  });
});
