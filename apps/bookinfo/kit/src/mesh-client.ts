import { Agent, request, type IncomingMessage } from 'node:http';
import { parseAddress, type Address } from './address.js';

const maxAnswerBytes = 4 * 1024 * 1024;
const maxSockets = 256;

export interface MeshAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export interface CallOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** For the whole answer; default 3 s. */
  readonly timeoutMs?: number;
}

/**
 * Calls other services through the sidecar's egress listener: the connection goes to one address, the Host header says
 * to whom. (fetch would set Host by itself.) Connections are kept and at most 256 are open.
 */
export class MeshClient {
  private readonly agent = new Agent({ keepAlive: true, maxSockets, maxFreeSockets: maxSockets });

  constructor(private readonly egress: Address | undefined) {}

  /** GET; resolves for every status. @throws if no whole answer came, saying why */
  async get(host: string, path: string, options: CallOptions = {}): Promise<MeshAnswer> {
    try {
      return await this.attempt(host, path, options);
    } catch (error) {
      // The peer may close a kept connection while a request is on its way: that one is sent again, once.
      if (!(error instanceof StaleConnection)) throw error;
      return this.attempt(host, path, options);
    }
  }

  close(): void {
    this.agent.destroy();
  }

  private attempt(host: string, path: string, { headers = {}, timeoutMs = 3_000 }: CallOptions): Promise<MeshAnswer> {
    const target = this.egress ?? parseAddress(host.includes(':') ? host : `${host}:80`, 'host');
    return new Promise((resolve, reject) => {
      const signal = AbortSignal.timeout(timeoutMs);
      const outgoing = request({ host: target.host, port: target.port, path, agent: this.agent, setHost: false, headers: { ...headers, host }, signal });
      outgoing.on('response', (incoming) => readAnswer(incoming).then(resolve, reject));
      outgoing.on('error', (error: NodeJS.ErrnoException) => {
        if (signal.aborted) reject(new Error(`${host}${path}: no answer within ${timeoutMs} ms`));
        else if (outgoing.reusedSocket && error.code === 'ECONNRESET') reject(new StaleConnection());
        else reject(new Error(`${host}${path}: ${error.message}`));
      });
      outgoing.end();
    });
  }
}

class StaleConnection extends Error {}

async function readAnswer(incoming: IncomingMessage): Promise<MeshAnswer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxAnswerBytes) throw new Error(`answer of more than ${maxAnswerBytes} bytes`);
    chunks.push(chunk);
  }
  return { status: incoming.statusCode ?? 0, headers: incoming.headers, body: Buffer.concat(chunks).toString('utf8') };
}
