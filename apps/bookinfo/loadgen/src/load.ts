import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { LatencyHistogram } from './latency-histogram.js';

export interface LoadOptions {
  readonly url: URL;
  /** Requests a second, started on schedule whether or not earlier ones have been answered; `max` = each connection one after another. */
  readonly rate: number | 'max';
  /** Undefined = until the signal. */
  readonly durationMs: number | undefined;
  readonly connections: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

export interface LoadResult {
  readonly elapsedMs: number;
  readonly sent: number;
  /** Requests whose time came while too many were unanswered: they were not sent. */
  readonly shed: number;
  readonly statuses: Readonly<Record<string, number>>;
  readonly errors: Readonly<Record<string, number>>;
  /** Of answered requests, from the time each was due (so waiting for a connection counts). */
  readonly latency: LatencyHistogram;
}

/** Unanswered requests a connection, at most; beyond it the schedule sheds. */
const maxOutstanding = 100;
const maxErrorKinds = 20;

/** Loads a URL until the time is over or the signal aborts; requests that are under way then are waited for. */
export async function runLoad(options: LoadOptions): Promise<LoadResult> {
  const load = new Load(options);
  const started = performance.now();
  await (options.rate === 'max' ? load.closedLoop() : load.openLoop(options.rate));
  return load.result(performance.now() - started);
}

class Load {
  private readonly agent: Agent;
  private readonly latency = new LatencyHistogram();
  private readonly statuses: Record<string, number> = {};
  private readonly errors: Record<string, number> = {};
  private readonly outstanding = new Set<Promise<void>>();
  private readonly end: AbortSignal;
  private sent = 0;
  private shed = 0;

  constructor(private readonly options: LoadOptions) {
    this.agent = new Agent({ keepAlive: true, maxSockets: options.connections, maxFreeSockets: options.connections });
    const { durationMs, signal } = options;
    this.end = durationMs === undefined ? signal : AbortSignal.any([signal, AbortSignal.timeout(durationMs)]);
  }

  async openLoop(rate: number): Promise<void> {
    const start = performance.now();
    for (let index = 0; !this.end.aborted; index++) {
      const due = start + (index * 1000) / rate;
      await this.sleepUntil(due);
      if (!this.end.aborted) this.launch(due);
    }
    await Promise.all(this.outstanding);
    this.agent.destroy();
  }

  async closedLoop(): Promise<void> {
    const worker = async (): Promise<void> => {
      while (!this.end.aborted) await this.send(performance.now());
    };
    await Promise.all(Array.from({ length: this.options.connections }, worker));
    this.agent.destroy();
  }

  result(elapsedMs: number): LoadResult {
    return { elapsedMs, sent: this.sent, shed: this.shed, statuses: this.statuses, errors: this.errors, latency: this.latency };
  }

  private async sleepUntil(due: number): Promise<void> {
    const wait = due - performance.now();
    if (wait <= 1) return;
    await delay(wait, undefined, { signal: this.end }).catch(() => {});
  }

  private launch(due: number): void {
    if (this.outstanding.size >= this.options.connections * maxOutstanding) {
      this.shed++;
      return;
    }
    const done = this.send(due).finally(() => this.outstanding.delete(done));
    this.outstanding.add(done);
  }

  private send(due: number): Promise<void> {
    this.sent++;
    return new Promise((resolve) => {
      const { url, headers, timeoutMs } = this.options;
      const outgoing = request(url, { agent: this.agent, headers, timeout: timeoutMs });
      const fail = (error: NodeJS.ErrnoException): void => {
        const kind = error.code ?? error.message;
        const known = kind in this.errors || Object.keys(this.errors).length < maxErrorKinds ? kind : 'other';
        this.errors[known] = (this.errors[known] ?? 0) + 1;
        resolve();
      };
      outgoing.on('timeout', () => outgoing.destroy(new Error('timeout')));
      outgoing.on('error', fail);
      outgoing.on('response', (incoming) => {
        incoming.on('error', fail);
        incoming.on('end', () => {
          this.latency.record((performance.now() - due) * 1000);
          const status = String(incoming.statusCode);
          this.statuses[status] = (this.statuses[status] ?? 0) + 1;
          resolve();
        });
        incoming.resume();
      });
      outgoing.end();
    });
  }
}
