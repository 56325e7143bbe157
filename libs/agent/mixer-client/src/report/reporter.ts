import type { AttributeSource } from '../attributes/value.js';
import type { GlobalDictionary } from '../attributes/word-dictionary.js';
import { isDictionaryMismatch } from '../check/remote-check.js';
import type { Clock } from '../clock.js';
import type { CallFailure, ReportTransport } from '../mixer-channel.js';
import type { MixerLog } from '../options.js';
import type { MixerStatistics } from '../statistics.js';
import { ReportBatch } from './report-batch.js';

export interface ReporterOptions {
  readonly transport: ReportTransport;
  readonly clock: Clock;
  readonly dictionary: GlobalDictionary;
  readonly statistics: MixerStatistics;
  readonly log: MixerLog;
  readonly limits: {
    readonly reportBatchMaxEntries: number;
    readonly reportBatchMaxBytes: number;
    readonly reportBatchMaxTimeMs: number;
    readonly reportMaxInFlight: number;
    readonly reportBufferEntries: number;
    readonly reportBufferBytes: number;
  };
}

interface EncodedBatch {
  readonly request: Buffer;
  readonly entries: number;
}

/** One failure in so many is logged. */
const logEvery = 100;

/**
 * Batches report entries and sends the batches in order. A batch leaves only over a channel that is up, and leaves once: a
 * call that failed on the way may have been executed, so its entries count as failed. Batches that find Mixer away wait,
 * bounded, oldest dropped first. (Istio 1.4 sends at once and drops what fails: its reports of that time are lost.)
 */
export class Reporter {
  private readonly batch = new ReportBatch();
  private readonly queue: EncodedBatch[] = [];
  private queuedBytes = 0;
  private queuedEntries = 0;
  private inFlight = 0;
  private timer: unknown;
  private waiting = false;
  private failures = 0;
  private idleWaiters: (() => void)[] = [];
  private closing = false;

  constructor(private readonly options: ReporterOptions) {}

  report(attributes: AttributeSource): void {
    const { limits, statistics, clock, dictionary } = this.options;
    statistics.total_report_calls++;
    statistics.report_entries_buffered++;
    this.batch.append(attributes, dictionary.wordCount);
    if (this.batch.entries >= limits.reportBatchMaxEntries || this.batch.size >= limits.reportBatchMaxBytes) this.flush();
    else this.timer ??= clock.setTimeout(() => this.flush(), limits.reportBatchMaxTimeMs);
  }

  /** Closes the batch under construction and sends what can be sent. */
  flush(): void {
    if (this.timer !== undefined) this.options.clock.clearTimeout(this.timer);
    this.timer = undefined;
    const { entries } = this.batch;
    if (entries > 0) this.enqueue({ request: this.batch.take(), entries });
    this.pump();
  }

  /** Flushes; resolves when nothing is held any more, or after `timeoutMs`, counting the rest as dropped. */
  async close(timeoutMs: number): Promise<void> {
    this.flush();
    this.closing = true;
    if (this.queue.length > 0 || this.inFlight > 0) await this.settled(timeoutMs);
    while (this.queue.length > 0) this.dropOldest();
  }

  private settled(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.options.clock.setTimeout(resolve, timeoutMs);
      this.idleWaiters.push(() => {
        this.options.clock.clearTimeout(timer);
        resolve();
      });
    });
  }

  private enqueue(batch: EncodedBatch): void {
    this.queue.push(batch);
    this.queuedBytes += batch.request.length;
    this.queuedEntries += batch.entries;
    this.enforceBounds();
  }

  private enforceBounds(): void {
    const { limits } = this.options;
    while (this.queue.length > 1 && (this.queuedEntries > limits.reportBufferEntries || this.queuedBytes > limits.reportBufferBytes)) this.dropOldest();
  }

  private dropOldest(): void {
    const { entries } = this.dequeue();
    this.options.statistics.report_entries_dropped += entries;
    this.options.statistics.report_entries_buffered -= entries;
  }

  private dequeue(): EncodedBatch {
    const batch = this.queue.shift()!;
    this.queuedBytes -= batch.request.length;
    this.queuedEntries -= batch.entries;
    return batch;
  }

  private pump(): void {
    const { transport, limits } = this.options;
    while (this.queue.length > 0 && this.inFlight < limits.reportMaxInFlight) {
      if (!transport.ready) return this.pumpWhenReady();
      this.send(this.dequeue());
    }
    if (this.queue.length === 0 && this.inFlight === 0) for (const resolve of this.idleWaiters.splice(0)) resolve();
  }

  private pumpWhenReady(): void {
    if (this.waiting) return;
    this.waiting = true;
    this.options.transport.whenReady(() => {
      this.waiting = false;
      this.pump();
    });
  }

  private send(batch: EncodedBatch): void {
    const { statistics, transport } = this.options;
    this.inFlight++;
    statistics.total_remote_report_calls++;
    transport.call(batch.request, (failure) => {
      this.inFlight--;
      if (failure) this.failed(batch, failure);
      else this.delivered(batch);
      this.pump();
    });
  }

  private delivered({ entries }: EncodedBatch): void {
    const { statistics } = this.options;
    statistics.total_remote_report_successes++;
    statistics.report_entries_delivered += entries;
    statistics.report_entries_buffered -= entries;
  }

  private requeue(batch: EncodedBatch): void {
    this.queue.unshift(batch);
    this.queuedBytes += batch.request.length;
    this.queuedEntries += batch.entries;
    this.enforceBounds();
  }

  private failed(batch: EncodedBatch, failure: CallFailure): void {
    const { statistics, dictionary, log } = this.options;
    if (failure.kind === 'timeout') statistics.total_remote_report_timeouts++;
    else if (failure.kind === 'send_error') statistics.total_remote_report_send_errors++;
    else statistics.total_remote_report_other_errors++;
    if (!failure.sent && !this.closing) return this.requeue(batch);
    statistics.report_entries_failed += batch.entries;
    statistics.report_entries_buffered -= batch.entries;
    if (isDictionaryMismatch(failure)) dictionary.shrink();
    if (this.failures++ % logEvery === 0) log.warn({ code: failure.code, reason: failure.message, entries: batch.entries, failures: this.failures }, 'Mixer did not take a report');
  }
}
