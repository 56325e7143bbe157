import { CheckResponse } from '@quartet/api/istio/mixer/v1/check';
import type { AttributeSource } from '../attributes/value.js';
import type { GlobalDictionary } from '../attributes/word-dictionary.js';
import type { Clock } from '../clock.js';
import type { CallFailure, MixerTransport, PendingCall } from '../mixer-channel.js';
import type { MixerStatistics } from '../statistics.js';
import { CheckRequestEncoder, type QuotaRequest } from './check-request.js';
import { Code, type FailPolicy } from './verdict.js';

export type RemoteAnswer = { readonly response: CheckResponse } | { readonly failure: CallFailure };

export interface RemoteCall {
  readonly attributes: AttributeSource;
  readonly quotas: readonly QuotaRequest[];
  readonly policy: FailPolicy;
}

interface RemoteOptions {
  readonly transport: MixerTransport;
  readonly clock: Clock;
  readonly random: () => number;
  readonly clientId: string;
  readonly dictionary: GlobalDictionary;
  readonly statistics: MixerStatistics;
  readonly limits: { readonly checksInFlight: number };
}

/** Start of the message by which a server says that it knows fewer global words. */
const dictionaryMismatch = 'Request could not be processed due to invalid';

export function isDictionaryMismatch(failure: CallFailure): boolean {
  return failure.code === Code.invalidArgument && failure.message.startsWith(dictionaryMismatch);
}

/** Sends Check calls with retries; bounds how many are under way. */
export class RemoteCheck {
  private readonly encoder = new CheckRequestEncoder();
  private sequence = 0;
  private inFlight = 0;

  constructor(private readonly options: RemoteOptions) {}

  /** Calls `done` once, unless cancelled before. All tries carry one deduplication id. */
  send(call: RemoteCall, done: (answer: RemoteAnswer) => void): () => void {
    const { statistics, limits, clientId } = this.options;
    if (this.inFlight >= limits.checksInFlight) {
      statistics.check_overflows++;
      done({ failure: { code: Code.unavailable, message: 'too many checks wait for Mixer', kind: 'other', sent: false } });
      return () => undefined;
    }
    this.inFlight++;
    const attempts = new Attempts(this.options, this.encoder, { ...call, deduplicationId: `${clientId}${this.sequence++}` }, (answer) => {
      this.inFlight--;
      done(answer);
    });
    attempts.start();
    return () => {
      if (attempts.cancel()) this.inFlight--;
    };
  }
}

/** The tries of one Check. */
class Attempts {
  private pending: PendingCall | undefined;
  private timer: unknown;
  private tries = 0;
  private over = false;

  constructor(
    private readonly options: RemoteOptions,
    private readonly encoder: CheckRequestEncoder,
    private readonly call: RemoteCall & { readonly deduplicationId: string },
    private readonly done: (answer: RemoteAnswer) => void,
  ) {}

  start(): void {
    const { statistics, transport, dictionary } = this.options;
    statistics.total_remote_calls++;
    const request = this.encoder.encode(this.call, dictionary.wordCount);
    this.pending = transport.call(request, (failure, response) => {
      if (this.over) return;
      if (failure) this.failed(failure);
      else this.answered(response!);
    });
  }

  /** False if there was nothing left to cancel. */
  cancel(): boolean {
    if (this.over) return false;
    this.over = true;
    this.options.statistics.total_remote_call_cancellations++;
    if (this.timer !== undefined) this.options.clock.clearTimeout(this.timer);
    this.pending?.cancel();
    return true;
  }

  private answered(bytes: Buffer): void {
    let response: CheckResponse;
    try {
      response = CheckResponse.decode(bytes);
    } catch (error) {
      return this.failed({ code: Code.internal, message: `CheckResponse cannot be decoded: ${String(error)}`, kind: 'other', sent: true });
    }
    this.options.statistics.total_remote_call_successes++;
    this.finish({ response });
  }

  private failed(failure: CallFailure): void {
    const { statistics, dictionary, clock } = this.options;
    if (failure.kind === 'timeout') statistics.total_remote_call_timeouts++;
    else if (failure.kind === 'send_error') statistics.total_remote_call_send_errors++;
    else statistics.total_remote_call_other_errors++;
    if (isDictionaryMismatch(failure)) dictionary.shrink();
    if (this.tries >= this.call.policy.maxRetry) return this.finish({ failure });
    statistics.total_remote_call_retries++;
    const wait = this.retryWait(this.tries++);
    this.timer = clock.setTimeout(() => this.start(), wait);
  }

  /** uniform(base, min(max, base * 2^attempt)), in milliseconds. */
  private retryWait(attempt: number): number {
    const { baseRetryWaitMs, maxRetryWaitMs } = this.call.policy;
    const ceiling = Math.min(maxRetryWaitMs, baseRetryWaitMs * 2 ** attempt);
    return baseRetryWaitMs + this.options.random() * Math.max(0, ceiling - baseRetryWaitMs);
  }

  private finish(answer: RemoteAnswer): void {
    this.over = true;
    this.done(answer);
  }
}
