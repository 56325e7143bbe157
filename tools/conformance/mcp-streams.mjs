// The cases of mcp.json that are about streams and their ends, through sockets on 127.0.0.1.
import assert from 'node:assert/strict';
import { Client, credentials, Server, ServerCredentials } from '@grpc/grpc-js';
import { RequestResources, ResourceSinkService, Resources, ResourceSourceService } from '@quartet/api/istio/mcp/v1alpha1/mcp';
import { Resource } from '@quartet/api/istio/mcp/v1alpha1/resource';
import { CollectionSnapshot, createSnapshot, McpSinkClient, McpSinkServer, McpSourceServer, SnapshotCache } from '@quartet/mcp';

const push = ({ collection, nonce, resources }) =>
  Resources.fromPartial({ collection, nonce, resources: resources.map(({ metadata, body }) => Resource.fromPartial({ metadata, body: { typeUrl: body.typeUrl, value: Buffer.from(body.value) } })) });
const refusing = (message) => ({ wait: () => Promise.reject(new Error(message)) });

async function serve(mcp, port = 0) {
  const server = new Server();
  mcp.register(server);
  const bound = await new Promise((resolve, reject) => server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, got) => (error ? reject(error) : resolve(got))));
  return { port: bound, stop: () => server.forceShutdown() };
}

function dial(port, method) {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), { 'grpc.use_local_subchannel_pool': 1 });
  const stream = client.makeBidiStreamRequest(method.path, method.requestSerialize, method.responseDeserialize);
  const ended = new Promise((resolve) => stream.on('status', ({ code, details }) => resolve({ code, details })));
  stream.on('error', () => {});
  stream.resume();
  return { stream, ended, close: () => client.close() };
}

/** A source with one stream to it. */
async function withSource(test, options, run) {
  const cache = new SnapshotCache();
  const collections = { supports: (name) => test.collections?.includes(name) ?? false, groupOf: () => 'default', incremental: () => false };
  const mcp = new McpSourceServer({ cache, collections, ...options });
  const { port, stop } = await serve(mcp);
  const { stream, ended, close } = dial(port, ResourceSourceService.establishResourceStream);
  try {
    return await run({ mcp, cache, stream, ended });
  } finally {
    close();
    stop();
  }
}

const ask = (stream, { sinkSends }) => stream.write(RequestResources.fromPartial({ collection: sinkSends.collection, sinkNode: sinkSends.sinkNode }));
const gone = async (mcp) => {
  for (let turn = 0; mcp.sinks().length > 0 && turn < 1_000; turn++) await new Promise(setImmediate);
  assert.equal(mcp.sinks().length, 0);
};
const subscribed = async (mcp) => {
  while (Object.keys(mcp.sinks()[0]?.collections ?? {}).length === 0) await new Promise((resolve) => setTimeout(resolve, 2));
};

/** The peer drops the connection: the source lets the stream go and stays up. */
const peerGone = (test) => withSource(test, {}, async ({ mcp, cache, stream }) => {
  const step = test.steps.find(({ sinkSends }) => sinkSends) ?? { sinkSends: { collection: test.collections[0] } };
  ask(stream, step);
  await subscribed(mcp);
  stream.cancel();
  await new Promise((resolve) => setTimeout(resolve, 20));
  cache.setSnapshot('default', createSnapshot([new CollectionSnapshot(step.sinkSends.collection, '1', [])]));
  await gone(mcp);
});

export const streamCases = {
  TestSourceWatchClosed: (test) => withSource(test, {}, async ({ mcp, cache, stream, ended }) => {
    ask(stream, test.steps[0]);
    await subscribed(mcp);
    cache.closeWatches('default');
    assert.notEqual((await ended).code, 0);
  }),
  async TestConnRateLimit(test) {
    const calls = { created: 0, waited: 0 };
    const requestLimiter = () => {
      calls.created++;
      return { wait: async () => void calls.waited++ };
    };
    await withSource(test, { requestLimiter }, async ({ mcp, stream }) => {
      ask(stream, test.steps[0]);
      await subscribed(mcp);
      assert.deepEqual(calls, { created: test.expected.limiterCreated, waited: test.expected.waitCalls });
    });
  },
  TestConnRateLimitError: (test) => withSource(test, { requestLimiter: () => refusing(test.steps[1].limiterError) }, async ({ stream, ended }) => {
    ask(stream, test.steps[0]);
    assert.equal((await ended).details, test.steps[1].limiterError);
  }),
  TestSourceSendError: peerGone,
  TestSourceReceiveError: peerGone,
  TestSourceUnsupportedTypeError: (test) => withSource(test, {}, async ({ stream, ended }) => {
    ask(stream, test.steps[0]);
    assert.equal((await ended).code, 3);
  }),
};

/** A sink with one stream to it. */
async function withSink(options, run) {
  const applied = [];
  const mcp = new McpSinkServer({ sinkId: 'sink', collections: [], updater: { apply: (change) => void applied.push(change) }, ...options });
  const { port, stop } = await serve(mcp);
  const dialled = [];
  const connect = () => {
    const connection = dial(port, ResourceSinkService.establishResourceStream);
    dialled.push(connection);
    return connection;
  };
  try {
    return await run({ applied, connect });
  } finally {
    for (const { close } of dialled) close();
    stop();
  }
}

async function sinkServerSteps({ steps }) {
  const collection = steps[0].sourceSends.collection;
  await withSink({ collections: [{ name: collection }] }, async ({ applied, connect }) => {
    let connection = connect();
    for (const { sourceSends, applied: expected, transport, newStream } of steps) {
      if (newStream) connection = connect();
      if (sourceSends) {
        const replied = new Promise((resolve) => connection.stream.on('data', ({ responseNonce }) => responseNonce === sourceSends.nonce && resolve()));
        connection.stream.write(push(sourceSends));
        await replied;
        assert.deepEqual(applied.pop().resources, push({ ...sourceSends, resources: expected.objects }).resources);
      }
      if (transport === 'EOF') {
        connection.stream.end();
        assert.equal((await connection.ended).code, 0);
      } else if (transport) {
        connection.stream.cancel();
        assert.notEqual((await connection.ended).code, 0);
      }
    }
  });
}

export const serverCases = {
  async source(test) {
    if (test.cases) {
      await peerGone({ collections: ['c'], steps: [] });
      return withSource(test, {}, async ({ mcp, stream, ended }) => {
        stream.end();
        assert.equal((await ended).code, 0);
        await gone(mcp);
      });
    }
    const options = test.rateLimiterError ? { streamLimiter: refusing(test.rateLimiterError) } : { access: () => ({ blacklist: false, ids: new Set() }) };
    await withSource(test, options, async ({ ended }) => {
      const { code, details } = await ended;
      if (test.rateLimiterError) assert.equal(details, test.streamError);
      else assert.equal(code, test.grpcCode);
    });
  },
  async sink(test) {
    if (test.steps) return sinkServerSteps(test);
    let waits = 0;
    const limited = { streamLimiter: { wait: () => (waits++, Promise.reject(new Error(test.rateLimiterError))) } };
    await withSink(test.rateLimiterError ? limited : { authorize: () => 'not allowed' }, async ({ connect }) => {
      const { code, details } = await connect().ended;
      if (!test.rateLimiterError) return assert.equal(code, test.grpcCode);
      assert.equal(details, test.streamError);
      assert.equal(waits, test.waitCallsPerStream);
    });
  },
  /** The source goes away for good and another takes its port; the sink goes on applying. */
  async sinkClient({ steps }) {
    const pushes = steps.filter(({ sourceSends }) => sourceSends);
    const collection = pushes[0].sourceSends.collection;
    const applied = [];
    let port = 0;
    let client;
    let changed;
    try {
      for (const { sourceSends, applied: expected } of pushes) {
        const cache = new SnapshotCache();
        const { resources } = push(sourceSends);
        cache.setSnapshot('default', createSnapshot([new CollectionSnapshot(collection, sourceSends.nonce, resources)]));
        const mcp = new McpSourceServer({ cache, collections: { supports: () => true, groupOf: () => 'default', incremental: () => false } });
        const next = new Promise((resolve) => (changed = resolve));
        const source = await serve(mcp, port);
        port = source.port;
        client ??= new McpSinkClient({
          address: `127.0.0.1:${port}`, sinkId: 'sink', collections: [{ name: collection }], backoffMs: { first: 20, max: 50 },
          updater: { apply: (change) => (applied.push(change), changed()) },
        }).start();
        await next;
        assert.deepEqual(applied.at(-1).resources, push({ ...sourceSends, resources: expected.objects }).resources);
        source.stop();
      }
    } finally {
      await client?.close();
    }
  },
};
