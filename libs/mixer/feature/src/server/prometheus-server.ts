import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { writeExposition, type Exposition } from '@quartet/mixer-adapters';
import { formatAddress, type Address } from '@quartet/nest-kit';

/** The port that Prometheus scrapes for what the prometheus adapter counted. */
export class PrometheusServer {
  readonly #server: Server;

  constructor(exposition: Exposition) {
    this.#server = createServer((request, response) => {
      if (request.url?.split('?')[0] === '/metrics') void writeExposition(exposition, response);
      else response.writeHead(404, { 'content-type': 'text/plain' }).end('the metrics are at /metrics\n');
    });
  }

  /** @throws Error naming the address */
  async listen({ host, port }: Address): Promise<Address> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', (cause: NodeJS.ErrnoException) => reject(Object.assign(new Error(`can't listen on ${formatAddress({ host, port })}: ${cause.message}`, { cause }), { code: cause.code, address: host, port })));
      this.#server.listen(port, host, resolve);
    });
    return { host, port: (this.#server.address() as AddressInfo).port };
  }

  close(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}
