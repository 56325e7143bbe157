import { chmod, mkdir, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { Server, ServerCredentials } from '@grpc/grpc-js';

/** Limit of sockaddr_un on Linux and macOS, less the terminator. */
const maxPathBytes = process.platform === 'linux' ? 107 : 103;

/**
 * The agent's one gRPC server on a Unix socket (0600): whoever can open it gets the workload's key. `addServices` mounts SDS,
 * ext_authz and access logs. An old socket is replaced.
 */
export async function startAgentServer(socket: string, addServices: (server: Server) => void): Promise<Server> {
  const path = resolve(socket);
  if (Buffer.byteLength(path) > maxPathBytes) throw new Error(`--sds-socket ${path} has more than ${maxPathBytes} bytes; choose a shorter path`);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await removeOldSocket(path);
  const server = new Server({ 'grpc.max_receive_message_length': 16 * 1024 * 1024, 'grpc.max_concurrent_streams': 100_000 });
  addServices(server);
  const mask = process.umask(0o177);
  try {
    await new Promise<void>((bound, failed) => server.bindAsync(`unix:${path}`, ServerCredentials.createInsecure(), (error) => (error ? failed(error) : bound())));
  } catch (cause) {
    throw new Error(`--sds-socket ${path}: ${(cause as Error).message}`, { cause });
  } finally {
    process.umask(mask);
  }
  await chmod(path, 0o600);
  return server;
}

async function removeOldSocket(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found && !found.isSocket()) throw new Error(`--sds-socket ${path} is there and no socket; remove it or choose another path`);
  await rm(path, { force: true });
}
