import { createServer } from 'node:net';
import type { ProcessSpec } from './process-spec.js';

export interface TakenAddress {
  readonly process: string;
  readonly address: string;
  /** EADDRINUSE, EADDRNOTAVAIL, EACCES. */
  readonly code: string;
}

/** The addresses of these processes that can't be listened on now. */
export async function findTakenAddresses(specs: readonly ProcessSpec[]): Promise<TakenAddress[]> {
  const wanted = specs.flatMap((spec) => spec.listens.map((address) => ({ process: spec.name, address })));
  const codes = await Promise.all(wanted.map(({ address }) => tryListen(address)));
  return wanted.flatMap((entry, index) => {
    const code = codes[index];
    return code ? [{ ...entry, code }] : [];
  });
}

function tryListen(address: string): Promise<string | undefined> {
  const split = address.lastIndexOf(':');
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'EUNKNOWN'));
    server.listen({ host: address.slice(0, split), port: Number(address.slice(split + 1)), exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}

/** What is taken, and the way out. */
export function explainTaken(taken: readonly TakenAddress[]): string {
  const lines = taken.map(({ process: name, address, code }) => `  ${address} (${name}): ${REASONS[code] ?? code}`);
  const unavailable = taken.some(({ code }) => code === 'EADDRNOTAVAIL');
  const wayOut = unavailable
    ? 'this system has no 127/8 loopback range: add the addresses (macOS: sudo ifconfig lo0 alias ADDRESS), or run on Linux'
    : 'end a mesh that still runs (npm run down), free the port, or choose others: --subnet 127.78 for all of them, --gateway-port 8081 for the gateway';
  return `Some addresses can't be used:\n${lines.join('\n')}\nWay out: ${wayOut}.`;
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'taken by another process',
  EADDRNOTAVAIL: 'not an address of this machine',
  EACCES: 'not allowed for this user',
};
