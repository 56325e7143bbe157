import { status } from '@grpc/grpc-js';
import { RequestResources, Resources } from '@quartet/api/istio/mcp/v1alpha1/mcp';
import { Resource } from '@quartet/api/istio/mcp/v1alpha1/resource';
import { beforeEach, describe, expect, test } from 'vitest';
import { silentReporter } from './reporter.js';
import { CollectionSnapshot, createSnapshot } from './snapshot.js';
import { SnapshotCache } from './snapshot-cache.js';
import { SourceSession } from './source-session.js';

const GATEWAYS = 'istio/networking/v1alpha3/gateways';
const RULES = 'istio/policy/v1beta1/rules';

let cache: SnapshotCache;
let session: SourceSession;
let sent: Resources[];
let ends: string[];
let nacks: [string, number][];
let open: boolean;

beforeEach(() => {
  cache = new SnapshotCache();
  sent = [];
  ends = [];
  nacks = [];
  open = true;
  const collections = { supports: (name: string) => name === GATEWAYS || name === RULES, groupOf: () => 'default', incremental: (name: string) => name === RULES };
  const outlet = { write: (message: Buffer) => (sent.push(Resources.decode(message)), open), end: (error: Error) => void ends.push(error.message) };
  session = new SourceSession(cache, collections, outlet, { ...silentReporter, nack: (collection, code) => nacks.push([collection, code]) });
});

const resource = (name: string, version: string) => Resource.fromPartial({ metadata: { name, version }, body: { typeUrl: 'type.googleapis.com/x', value: Buffer.from(name + version) } });
const state = (collection: string, version: string, ...resources: Resource[]) => new CollectionSnapshot(collection, version, resources);
const set = (...states: CollectionSnapshot[]) => cache.setSnapshot('default', createSnapshot(states));
const ask = (fields: Partial<RequestResources> = {}) => session.onRequest({ ...RequestResources.fromPartial({ collection: GATEWAYS }), ...fields });
const refusal = (code: number, message = '') => ({ code, message, details: [] });
const versions = () => sent.map((push) => [push.collection, push.systemVersionInfo, push.nonce]);

describe('a full-state stream', () => {
  test('waits for the first snapshot, then sends it under nonce 1', () => {
    ask();
    expect(sent).toEqual([]);
    set(state(GATEWAYS, '1', resource('ns/a', 'v1')));
    expect(sent).toMatchObject([{ collection: GATEWAYS, systemVersionInfo: '1', nonce: '1', incremental: false, resources: [{ metadata: { name: 'ns/a', version: 'v1' } }] }]);
  });

  test('sends an empty collection once, and a missing one never', () => {
    ask();
    ask({ collection: RULES });
    set(state(GATEWAYS, '1'));
    expect(sent).toMatchObject([{ collection: GATEWAYS, resources: [] }]);
    ask({ responseNonce: '1' });
    set(state(GATEWAYS, '1'));
    expect(sent).toHaveLength(1);
  });

  test('has one push in flight; later states coalesce until the ACK', () => {
    set(state(GATEWAYS, '1'));
    ask();
    set(state(GATEWAYS, '2'));
    set(state(GATEWAYS, '3'));
    expect(versions()).toEqual([[GATEWAYS, '1', '1']]);
    ask({ responseNonce: '1' });
    expect(versions()).toEqual([[GATEWAYS, '1', '1'], [GATEWAYS, '3', '2']]);
  });

  test('does not send a refused version again', () => {
    set(state(GATEWAYS, '1'));
    ask();
    ask({ responseNonce: '1', errorDetail: refusal(3, 'spec.servers: empty') });
    expect(nacks).toEqual([[GATEWAYS, 3]]);
    expect(session.describe()[GATEWAYS]).toMatchObject({ acked: '', lastError: '1: spec.servers: empty' });
    set(state(GATEWAYS, '1'));
    expect(sent).toHaveLength(1);
    set(state(GATEWAYS, '2'));
    expect(sent).toHaveLength(2);
  });

  test('ignores stale nonces', () => {
    set(state(GATEWAYS, '1'));
    ask();
    set(state(GATEWAYS, '2'));
    ask({ responseNonce: '7' });
    ask({ responseNonce: '8', errorDetail: refusal(3) });
    expect(sent).toHaveLength(1);
    ask({ responseNonce: '1' });
    expect(sent).toHaveLength(2);
  });

  test('numbers nonces over all collections', () => {
    set(state(GATEWAYS, '1'), state(RULES, '1'));
    ask();
    ask({ collection: RULES });
    expect(sent.map((push) => push.nonce)).toEqual(['1', '2']);
  });
});

describe('an incremental stream', () => {
  const rules = (fields: Partial<RequestResources> = {}) => ask({ collection: RULES, incremental: true, ...fields });

  test('sends what differs from what was acknowledged', () => {
    set(state(RULES, '1', resource('a', 'v1'), resource('b', 'v1')));
    rules();
    rules({ responseNonce: '1' });
    set(state(RULES, '2', resource('b', 'v2'), resource('c', 'v1')));
    expect(sent[1]).toMatchObject({ incremental: true, removedResources: ['a'], resources: [{ metadata: { name: 'b' } }, { metadata: { name: 'c' } }] });
  });

  test('a refused difference is part of the next one', () => {
    set(state(RULES, '1', resource('a', 'v1')));
    rules();
    rules({ responseNonce: '1', errorDetail: refusal(3) });
    set(state(RULES, '2', resource('a', 'v1'), resource('b', 'v1')));
    expect(sent[1]?.resources.map((each) => each.metadata?.name)).toEqual(['a', 'b']);
  });

  test('resumes from what the sink still holds', () => {
    set(state(RULES, '1', resource('a', 'v1'), resource('b', 'v2')));
    rules({ initialResourceVersions: { a: 'v1', b: 'v1', c: 'v9' } });
    expect(sent).toMatchObject([{ incremental: true, removedResources: ['c'], resources: [{ metadata: { name: 'b' } }] }]);
  });

  test('goes back to full state when the sink no longer wishes differences', () => {
    set(state(RULES, '1', resource('a', 'v1')));
    rules();
    rules({ responseNonce: '1', incremental: false });
    set(state(RULES, '2', resource('a', 'v1')));
    expect(sent[1]).toMatchObject({ incremental: false, resources: [{}] });
  });
});

test('a slow peer holds pushes back, one slot a collection, the newest wins', () => {
  ask();
  ask({ collection: RULES });
  open = false;
  set(state(GATEWAYS, '1'), state(RULES, '1'));
  expect(versions()).toEqual([[GATEWAYS, '1', '1']]);
  session.resume();
  expect(versions()).toEqual([[GATEWAYS, '1', '1'], [RULES, '1', '2']]);
});

test('an unknown collection ends the stream, the trigger of a callout does not', () => {
  expect(() => ask({ collection: 'istio/nonsense' })).toThrow('unsupported collection "istio/nonsense"');
  ask({ collection: '$triggerCollection', errorDetail: refusal(status.UNIMPLEMENTED) });
  expect(() => ask({ collection: '$triggerCollection' })).toThrow();
});

test('watches end with the source, and a closed session sends nothing more', () => {
  ask();
  cache.close();
  expect(ends).toEqual(['the source ended the watch']);
  ask({ collection: RULES });
  session.close();
  set(state(RULES, '1'));
  expect(sent).toEqual([]);
});
