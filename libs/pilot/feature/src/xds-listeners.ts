import { access, constants } from 'node:fs/promises';
import { experimental, Server, ServerCredentials } from '@grpc/grpc-js';
import { formatAddress, type Address } from '@quartet/nest-kit';
import type { PilotOptions } from './pilot-options.js';

const certificateRefreshMs = 10_000;
const graceMs = 1_000;

/** A gRPC server with Istio 1.4's limits, not yet bound. */
export function createXdsServer({ keepaliveInterval, keepaliveTimeout }: Pick<PilotOptions, 'keepaliveInterval' | 'keepaliveTimeout'>): Server {
  return new Server({
    'grpc.max_concurrent_streams': 100_000,
    'grpc.keepalive_time_ms': keepaliveInterval,
    'grpc.keepalive_timeout_ms': keepaliveTimeout,
    'grpc.max_receive_message_length': -1,
  });
}

/** Resolves to the port. @throws Error that names the address and the reason */
export function bind(server: Server, address: Address, credentials: ServerCredentials = ServerCredentials.createInsecure()): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(formatAddress(address), credentials, (error, port) => {
      if (error) reject(new Error(`xDS can't be served at ${formatAddress(address)}: ${error.message}`, { cause: error }));
      else resolve(port);
    });
  });
}

/**
 * Credentials of the secure port: a client must show a certificate that chains to --tls-ca. The files are read again when they change.
 * Undefined if none of the three flags is given. @throws Error if one is missing or a file can't be read
 */
export async function secureCredentials({ tlsCert, tlsKey, tlsCa }: Pick<PilotOptions, 'tlsCert' | 'tlsKey' | 'tlsCa'>): Promise<ServerCredentials | undefined> {
  if (tlsCert === undefined && tlsKey === undefined && tlsCa === undefined) return undefined;
  if (tlsCert === undefined || tlsKey === undefined || tlsCa === undefined) throw new Error('--tls-cert, --tls-key and --tls-ca belong together: one of them is missing');
  for (const file of [tlsCert, tlsKey, tlsCa]) await access(file, constants.R_OK);
  const provider = new experimental.FileWatcherCertificateProvider({
    certificateFile: tlsCert, privateKeyFile: tlsKey, caCertificateFile: tlsCa, refreshIntervalMs: certificateRefreshMs,
  });
  return experimental.createCertificateProviderServerCredentials(provider, provider, true);
}

/** Lets streams that have ended go in order; what is still open after a while is cut. */
export async function shutDown(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, graceMs);
  server.tryShutdown(() => resolve());
  await promise;
  clearTimeout(timer);
  server.forceShutdown();
}
