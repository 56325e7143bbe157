import { request } from 'node:http';
import type { HostPort } from '@quartet/agent-bootstrap';

const maxBodyBytes = 64 * 1024 * 1024;

/** Envoy's admin server. Each call has its own connection and at most 2 s, as in Istio's agent. */
export class AdminClient {
  private readonly host: string;

  constructor(private readonly address: HostPort) {
    this.host = address.host === '0.0.0.0' ? '127.0.0.1' : address.host === '::' ? '::1' : address.host;
  }

  /** Body of a 200; rejects otherwise. */
  get(path: string): Promise<string> {
    return this.call('GET', path);
  }

  post(path: string): Promise<string> {
    return this.call('POST', path);
  }

  private call(method: string, path: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const options = { host: this.host, port: this.address.port, path, method, agent: false as const, signal: AbortSignal.timeout(2_000) };
      const call = request(options, (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > maxBodyBytes) call.destroy(new Error(`Envoy's ${path} is longer than ${maxBodyBytes} bytes`));
          else chunks.push(chunk);
        });
        response.on('error', reject);
        response.on('end', () => {
          const body = Buffer.concat(chunks).toString();
          if (response.statusCode === 200) resolve(body);
          else reject(new Error(`Envoy's ${path}: HTTP ${response.statusCode}`));
        });
      });
      call.on('error', reject);
      call.end();
    });
  }
}
