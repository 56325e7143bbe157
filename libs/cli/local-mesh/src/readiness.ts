import { get } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { ReadyWhen } from './process-spec.js';

const PROBE_INTERVAL_MS = 100;
const PROBE_TIMEOUT_MS = 2_000;

/** True, or the reason why not. */
export function probe(when: ReadyWhen): Promise<true | string> {
  return when.kind === 'http' ? probeHttp(when.url) : probeTcp(when.host, when.port);
}

/** Probes until ready; resolves to the last reason if `signal` aborts first. */
export async function waitReady(when: ReadyWhen, signal: AbortSignal): Promise<true | string> {
  let last: true | string = 'not probed';
  while (!signal.aborted) {
    last = await probe(when);
    if (last === true) return true;
    await delay(PROBE_INTERVAL_MS, undefined, { signal }).catch(() => {});
  }
  return last;
}

function probeHttp(url: string): Promise<true | string> {
  return new Promise((resolve) => {
    const request = get(url, { timeout: PROBE_TIMEOUT_MS, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => void (body = (body + chunk).slice(0, 500)));
      response.on('end', () => resolve(response.statusCode === 200 ? true : `HTTP ${response.statusCode} ${body.trim()}`));
    });
    request.on('timeout', () => request.destroy(new Error('timed out')));
    request.on('error', (error) => resolve(error.message));
  });
}

function probeTcp(host: string, port: number): Promise<true | string> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: PROBE_TIMEOUT_MS });
    const end = (result: true | string) => {
      socket.destroy();
      resolve(result);
    };
    socket.on('connect', () => end(true));
    socket.on('timeout', () => end('timed out'));
    socket.on('error', (error) => end(error.message));
  });
}
