import { existsSync, statSync, unlinkSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { formatAddress } from '@quartet/nest-kit';
import type { ListenAddress, MixerOptions } from '../mixer-options.js';
import { mixerService, type mixerHandlers } from './mixer-service.js';

export interface MixerServerOptions {
  readonly maxMessageSize: number;
  readonly maxConcurrentStreams: number;
}

export function createMixerServer(options: MixerServerOptions, handlers: ReturnType<typeof mixerHandlers>): Server {
  const server = new Server({
    'grpc.max_receive_message_length': options.maxMessageSize,
    'grpc.max_concurrent_streams': options.maxConcurrentStreams,
  });
  server.addService(mixerService, handlers);
  return server;
}

/** A stale socket is unlinked first. Resolves to the port (0 for a socket). @throws Error naming the address */
export async function listen(server: Server, at: ListenAddress, credentials = ServerCredentials.createInsecure()): Promise<number> {
  if (at.kind === 'unix' && existsSync(at.path) && statSync(at.path).isSocket()) unlinkSync(at.path);
  const target = at.kind === 'unix' ? `unix:${at.path}` : formatAddress(at.address);
  return new Promise((resolve, reject) => {
    server.bindAsync(target, credentials, (error, port) => (error ? reject(new Error(`can't listen on ${target}: ${error.message}`, { cause: error })) : resolve(port)));
  });
}

/** Mutual TLS: only clients with a certificate from our roots. */
export async function tlsCredentials({ certFile, keyFile, caCertFile }: Pick<MixerOptions, 'certFile' | 'keyFile' | 'caCertFile'>): Promise<ServerCredentials> {
  const [chain, key, roots] = await Promise.all([readFile(certFile), readFile(keyFile), readFile(caCertFile)]);
  return ServerCredentials.createSsl(roots, [{ cert_chain: chain, private_key: key }], true);
}
