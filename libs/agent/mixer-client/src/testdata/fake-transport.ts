import type { CallFailure, PendingCall, ReportTransport } from '../mixer-channel.js';

export interface SentCall {
  readonly request: Buffer;
  answer(response: Uint8Array): void;
  fail(failure?: Partial<CallFailure>): void;
  cancelled: boolean;
}

/** A transport whose calls are answered by the test. */
export class FakeTransport implements ReportTransport {
  readonly calls: SentCall[] = [];
  ready = true;
  private waiters: (() => void)[] = [];

  call(request: Buffer, done: (failure: CallFailure | undefined, response: Buffer | undefined) => void): PendingCall {
    const call: SentCall = {
      request,
      cancelled: false,
      answer: (response) => done(undefined, Buffer.from(response)),
      fail: (failure) => done({ code: 14, message: 'connection refused', kind: 'send_error', sent: true, ...failure }, undefined),
    };
    this.calls.push(call);
    return { cancel: () => (call.cancelled = true) };
  }

  whenReady(run: () => void): void {
    if (this.ready) run();
    else this.waiters.push(run);
  }

  become(ready: boolean): void {
    this.ready = ready;
    if (ready) for (const run of this.waiters.splice(0)) run();
  }
}
