// mcp.json: both halves of the configuration protocol, the snapshot cache and the access list. Streams that end with an
// error run through sockets, the rest drives the sessions. Where the test injects a fault into its fake transport, the peer
// drops the connection here.
import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import { RequestResources, Resources } from '@quartet/api/istio/mcp/v1alpha1/mcp';
import { Resource } from '@quartet/api/istio/mcp/v1alpha1/resource';
import {
  calculateDelta, CollectionSnapshot, createSnapshot, McpError, refuse, silentReporter, SinkSession, SnapshotCache, SourceSession, trackVersions,
} from '@quartet/mcp';
import { serverCases, streamCases } from '../mcp-streams.mjs';

export const name = 'mcp';

const decodeResources = (list) => list.map(({ metadata, body }) => Resource.fromPartial({ metadata, body: { typeUrl: body.typeUrl, value: Buffer.from(body.value) } }));
const decodePush = (push) => Resources.fromPartial({ ...push, resources: decodeResources(push.resources) });
const decodeRequest = ({ errorDetail, ...request }) => RequestResources.fromPartial({ ...request, errorDetail: errorDetail && { code: errorDetail.code } });
const withoutText = (request) => ({ ...request, errorDetail: request.errorDetail && { code: request.errorDetail.code, message: '', details: [] } });
const byName = (versions) => Object.fromEntries([...versions].sort());

const checks = {
  source: (test) => (Object.hasOwn(streamCases, test.name) ? streamCases[test.name](test) : source(test)),
  sink,
  sourceDelta({ current, acked, added, removed }) {
    const delta = calculateDelta(decodeResources(current), new Map(Object.entries(acked)));
    assert.deepEqual(delta, { changed: decodeResources(added), removed });
  },
  versionTracking: ({ current, push, result }) => assert.deepEqual(byName(trackVersions(new Map(Object.entries(current)), decodePush(push))), result),
  sinkInitial: ({ cases }) => Promise.all(cases.map(initialRequests)),
  authListId: ({ mode, listed, id, allowed }) => assert.equal(refuse({ kind: 'tls', ids: [id] }, rules(mode, listed)) === undefined, allowed),
  authList: accessList,
  snapshotCache: (test) => cacheCases[test.name](test),
  sourceServer: serverCases.source,
  sinkServer: serverCases.sink,
  sinkClient: serverCases.sinkClient,
};

export async function* cases({ readJson }) {
  for (const [index, test] of (await readJson('mcp.json')).entries()) yield { id: `${index} ${test.kind} ${test.name}`, check: () => checks[test.kind](test) };
}

/** The sessions' pushes are incremental as the request that opened the watch was; the test's flag stands on the push itself. */
function source({ collections, steps, incrementalOffered = false }) {
  const cache = new SnapshotCache();
  const states = new Map();
  const sent = [];
  const session = new SourceSession(
    cache,
    { supports: (collection) => collections.includes(collection), groupOf: () => 'default', incremental: () => incrementalOffered },
    { write: (message) => sent.push(Resources.decode(message)) > 0, end: () => {} },
    silentReporter,
  );
  const expected = steps.map(({ sourceSends }) => sourceSends);
  const request = (sent, step) => {
    const next = expected.slice(step).find((push) => push);
    session.onRequest(decodeRequest({ ...sent, incremental: next?.incremental ?? sent.incremental }));
  };
  for (const [index, { snapshotChanges, sinkSends, sourceSends, sourceSendsAnyOrder, thenSinkSends }] of steps.entries()) {
    if (snapshotChanges) {
      states.set(snapshotChanges.collection, new CollectionSnapshot(snapshotChanges.collection, snapshotChanges.version, decodeResources(snapshotChanges.resources)));
      cache.setSnapshot('default', createSnapshot(states.values()));
    }
    if (sinkSends) request(sinkSends, index);
    if (sourceSends) assert.deepEqual(sent.shift(), decodePush(sourceSends));
    if (sourceSends === null) assert.deepEqual(sent, []);
    if (sourceSendsAnyOrder) anyOrder(sent.splice(0).map((push, nth) => ({ ...push, nonce: push.nonce === String(nth + 1) ? '' : push.nonce })), sourceSendsAnyOrder.map(decodePush));
    if (thenSinkSends) request(thenSinkSends, index + 1);
  }
  assert.deepEqual(sent, []);
}

async function sink({ collections, steps }) {
  const applied = [];
  let rejecting = false;
  const updater = {
    apply(change) {
      if (change.resources.some(({ body }) => body.typeUrl.endsWith('UnmarshalErrorType'))) throw new McpError(2, 'cannot be decoded');
      if (rejecting) throw new Error('rejected');
      applied.push(change);
    },
  };
  const session = new SinkSession({ id: 'test-node', annotations: { foo: 'bar' } }, collections.map((collection) => ({ name: collection })), updater, silentReporter);
  for (const step of steps) {
    if (step.anyOrder) anyOrder(session.initialRequests(), step.anyOrder.map(({ sinkSends }) => decodeRequest(sinkSends)));
    if (!step.sourceSends) continue;
    rejecting = step.updaterRejects ?? false;
    const reply = await session.onResources(decodePush(step.sourceSends));
    if (step.sinkSends) assert.deepEqual(withoutText(reply), decodeRequest(step.sinkSends));
    const change = applied.shift();
    if (step.applied === null || typeof step.applied === 'string') assert.equal(change, undefined);
    else assert.deepEqual(change, { collection: step.applied.collection, version: step.applied.systemVersionInfo, incremental: step.applied.incremental, resources: decodeResources(step.applied.objects), removed: step.applied.removed });
  }
}

async function initialRequests({ incrementalWanted, knownVersions, requests }) {
  const collections = requests.map(({ collection }) => ({ name: collection, incremental: incrementalWanted }));
  const session = new SinkSession(requests[0].sinkNode, collections, { apply: () => {} }, silentReporter);
  const resources = Object.entries(knownVersions).map(([resource, version]) => Resource.fromPartial({ metadata: { name: resource, version } }));
  for (const { name: collection } of collections) await session.onResources(Resources.fromPartial({ collection, resources }));
  anyOrder(session.initialRequests(), requests.map(decodeRequest));
}

const rules = (mode, listed) => ({ blacklist: mode === 'blacklist', ids: new Set(listed) });

function accessList({ mode, listed, peer, allowed, errorPrefix = '', thenRemoved = [], alsoAllowedIds = [] }) {
  const kept = rules(mode, listed.filter((id) => !thenRemoved.includes(id)));
  const reason = refuse(peerOf(peer), kept);
  assert.equal(reason === undefined, allowed, reason);
  assert.ok((reason ?? '').startsWith(errorPrefix), reason);
  for (const id of alsoAllowedIds) assert.equal(refuse({ kind: 'tls', ids: [id] }, kept), undefined);
}

function peerOf(peer) {
  if (Array.isArray(peer)) return { kind: 'tls', ids: peer };
  if (peer === 'no auth info') return { kind: 'none' };
  if (peer === 'auth info that is not TLS') return { kind: 'not-tls' };
  return { kind: 'tls', ids: [] };
}

/** Each collection on its own: `set(version)`, `watch(known)` -> the answers and how to cancel. */
function eachCollection({ collections }, run) {
  for (const collection of collections) {
    const cache = new SnapshotCache();
    const others = collections.filter((other) => other !== collection).map((other) => new CollectionSnapshot(other, '1', []));
    const set = (version) => cache.setSnapshot('g', createSnapshot([new CollectionSnapshot(collection, version, []), ...others]));
    const watch = (known) => {
      const answers = [];
      return { answers, cancel: cache.watch('g', { collection, known }, (state) => answers.push(state?.version)) };
    };
    run({ cache, set, watch });
  }
}

const cacheCases = {
  TestCreateWatch: (test) => eachCollection(test, ({ set, watch }) => {
    set('1');
    assert.deepEqual(watch('').answers, ['1']);
    const waiting = watch('1');
    assert.deepEqual(waiting.answers, []);
    set('2');
    assert.deepEqual(waiting.answers, ['2']);
    assert.deepEqual(watch('2').answers, []);
  }),
  TestWatchCancel: (test) => eachCollection(test, ({ set, watch }) => {
    set('1');
    assert.deepEqual(watch('').answers, ['1']);
    const waiting = watch('1');
    waiting.cancel();
    set('2');
    assert.deepEqual(waiting.answers, []);
  }),
  TestClearSnapshot: (test) => eachCollection(test, ({ cache, set, watch }) => {
    set('1');
    cache.clearSnapshot('g');
    const waiting = watch('');
    assert.deepEqual(waiting.answers, []);
    set('2');
    assert.deepEqual(waiting.answers, ['2']);
  }),
  TestClearStatus: (test) => eachCollection(test, ({ cache, set, watch }) => {
    const waiting = watch('');
    cache.closeWatches('g');
    assert.deepEqual(waiting.answers, [undefined]);
    set('2');
    assert.deepEqual(waiting.answers, [undefined]);
  }),
};

function anyOrder(actual, expected) {
  const left = [...expected];
  for (const item of actual) {
    const index = left.findIndex((candidate) => isDeepStrictEqual(candidate, item));
    assert.notEqual(index, -1, `not expected: ${JSON.stringify(item)}`);
    left.splice(index, 1);
  }
  assert.deepEqual(left, []);
}
