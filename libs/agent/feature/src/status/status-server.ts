import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { HostPort } from '@quartet/agent-bootstrap';
import type { Page, StatusPages } from './status-pages.js';

/** The status port of its own (15020), where it is not the monitoring port. */
export async function startStatusServer({ host, port }: HostPort, pages: StatusPages): Promise<Server> {
  const server = createServer((request, response) => {
    void answer(request, pages).then(({ status, type, body }) => response.writeHead(status, { 'content-type': type }).end(body));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return server;
}

async function answer({ method = 'GET', url = '/', socket }: IncomingMessage, pages: StatusPages): Promise<Page> {
  const path = url.split('?')[0];
  if (path === '/healthz/ready') return pages.ready();
  if (path === '/stats/prometheus') return pages.stats();
  if (path === '/quitquitquit') return pages.quit(method, socket.remoteAddress);
  return { status: 404, type: 'text/plain; charset=utf-8', body: 'not found\n' };
}
