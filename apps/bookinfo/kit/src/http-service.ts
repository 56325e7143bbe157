import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Address } from './address.js';
import { createRouter, json, type Answer, type Routes } from './router.js';

const maxBodyBytes = 64 * 1024;
const closeTimeoutMs = 4_500;

export interface HttpService {
  readonly address: Address;
  /** Takes no new connections, lets running requests end (at most 4.5 s), then closes what is left. */
  close(): Promise<void>;
}

/** Serves the routes. Faults of a handler become 500 with a JSON error; `onError` hears of them. */
export async function startHttpService(listen: Address, routes: Routes, onError: (error: unknown) => void = () => {}): Promise<HttpService> {
  const route = createRouter(routes);
  const server = createServer((incoming, outgoing) => {
    respond(incoming, route)
      .catch((error: unknown) => {
        onError(error);
        return json({ error: error instanceof PayloadTooLarge ? error.message : 'internal error' }, error instanceof PayloadTooLarge ? 413 : 500);
      })
      .then((answer) => send(incoming, outgoing, answer), onError);
  });
  // Sidecars keep connections for long; were they closed from here, a request could cross the close and be lost.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(listen.port, listen.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const { address, port } = server.address() as AddressInfo;
  return { address: { host: address, port }, close: () => close(server) };
}

async function respond(incoming: IncomingMessage, route: ReturnType<typeof createRouter>): Promise<Answer> {
  const method = incoming.method ?? 'GET';
  const path = (incoming.url ?? '/').split('?')[0] ?? '/';
  const match = route(method, path);
  const body = await readBody(incoming);
  if ('status' in match) return json({ error: match.status === 404 ? `no such path: ${path}` : `${method} is not allowed here` }, match.status);
  return match.handler({ method, path, params: match.params, headers: incoming.headers, body });
}

class PayloadTooLarge extends Error {
  override readonly message = `request bodies end at ${maxBodyBytes} bytes`;
}

async function readBody(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBodyBytes) throw new PayloadTooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function send(incoming: IncomingMessage, outgoing: ServerResponse, { status, headers, body }: Answer): void {
  const bytes = Buffer.from(body, 'utf8');
  outgoing.writeHead(status, { ...headers, 'content-length': bytes.length });
  outgoing.end(incoming.method === 'HEAD' ? undefined : bytes);
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), closeTimeoutMs);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}
