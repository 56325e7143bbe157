import { createServer } from 'node:net';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, credentials, type Server } from '@grpc/grpc-js';
import type { MixerRuntime } from '@quartet/mixer-runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Throttler } from '../loadshedding/throttler.js';
import { createMixerServer, listen } from './listen.js';
import { mixerHandlers, mixerService } from './mixer-service.js';

const echo = { check: (request: Buffer) => Promise.resolve(request), report: () => Promise.reject(new Error('not now')) } as unknown as MixerRuntime;
const throttler = new Throttler({ mode: 'disabled', maxRequestsPerSecond: 0, burstSize: 0, averageLatencyThresholdMs: 0, latencySampleHalflifeMs: 1, latencyEnforcementThreshold: 0 }, () => undefined);
const newServer = () => createMixerServer({ maxMessageSize: 1024, maxConcurrentStreams: 10 }, mixerHandlers({ runtime: echo, throttler, configVersion: () => '' }));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mixer-listen-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function call(target: string, name: 'Check' | 'Report', request: Buffer): Promise<Buffer> {
  const client = new Client(target, credentials.createInsecure());
  const { path, requestSerialize, responseDeserialize } = mixerService[name];
  try {
    return await new Promise((resolve, reject) => {
      client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, (error, response) => (error ? reject(error) : resolve(response as Buffer)));
    });
  } finally {
    client.close();
  }
}

async function serving<T>(server: Server, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    server.forceShutdown();
  }
}

describe('the ports of Check and Report', () => {
  it('may be a Unix socket, of which a stale one is replaced', async () => {
    const path = join(folder, 'mixer.socket');
    const stale = createServer().listen(path);
    await once(stale, 'listening');
    const server = newServer();
    await listen(server, { kind: 'unix', path });
    await serving(server, async () => expect(await call(`unix:${path}`, 'Check', Buffer.from('bytes'))).toEqual(Buffer.from('bytes')));
    stale.close();
  });

  it('never replace a file that is no socket', async () => {
    const path = join(folder, 'file');
    await writeFile(path, 'mine');
    const server = newServer();
    await expect(listen(server, { kind: 'unix', path })).rejects.toThrow(`can't listen on unix:${path}`);
    server.forceShutdown();
  });

  it('refuse what is too large, and carry errors', async () => {
    const server = newServer();
    const port = await listen(server, { kind: 'tcp', address: { host: '127.0.0.1', port: 0 } });
    await serving(server, async () => {
      await expect(call(`127.0.0.1:${port}`, 'Check', Buffer.alloc(2000))).rejects.toMatchObject({ code: 8 });
      await expect(call(`127.0.0.1:${port}`, 'Report', Buffer.alloc(0))).rejects.toMatchObject({ code: 13, details: 'not now' });
    });
  });
});
