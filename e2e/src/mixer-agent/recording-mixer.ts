import { Server, ServerCredentials, type sendUnaryData, type ServerUnaryCall } from '@grpc/grpc-js';
import { globalWords } from '@quartet/model/global-words';
import type { CompressedAttributes } from '@quartet/api/istio/mixer/v1/attributes';
import { CheckResponse, type CheckRequest, type RouteDirective } from '@quartet/api/istio/mixer/v1/check';
import { MixerService } from '@quartet/api/istio/mixer/v1/mixer';
import type { ReportRequest, ReportResponse } from '@quartet/api/istio/mixer/v1/report';

/** Attributes as plain values: bytes in hexadecimal, maps as objects, times left out. */
export type PlainAttributes = Readonly<Record<string, unknown>>;

export interface Answer {
  readonly code?: number;
  readonly message?: string;
  readonly directive?: Partial<RouteDirective>;
}

/** A Mixer that keeps what it is told and answers as the test says; nothing it answers is cached. */
export class RecordingMixer {
  readonly checks: PlainAttributes[] = [];
  readonly reports: PlainAttributes[] = [];
  answer: (attributes: PlainAttributes) => Answer = () => ({});
  address = '';
  private readonly server = new Server();

  async start(): Promise<this> {
    this.server.addService(MixerService, {
      check: (call: ServerUnaryCall<CheckRequest, CheckResponse>, done: sendUnaryData<CheckResponse>) => done(null, this.check(call.request)),
      report: (call: ServerUnaryCall<ReportRequest, ReportResponse>, done: sendUnaryData<ReportResponse>) => {
        const { attributes, defaultWords } = call.request;
        this.reports.push(...attributes.map((entry) => plain(entry, defaultWords)));
        done(null, {});
      },
    });
    const port = await new Promise<number>((resolve, reject) => {
      this.server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => (error ? reject(error) : resolve(bound)));
    });
    this.address = `127.0.0.1:${port}`;
    return this;
  }

  stop(): void {
    this.server.forceShutdown();
  }

  private check(request: CheckRequest): CheckResponse {
    const attributes = plain(request.attributes!, request.attributes!.words);
    this.checks.push(attributes);
    const { code = 0, message = '', directive } = this.answer(attributes);
    const precondition = { status: { code, message, details: [] }, validUseCount: 0, routeDirective: directive };
    return CheckResponse.fromPartial({ precondition } as never);
  }
}

function plain(message: CompressedAttributes, words: readonly string[]): PlainAttributes {
  const word = (index: number | string): string => (Number(index) >= 0 ? globalWords[Number(index)] : words[-Number(index) - 1]) ?? '?';
  const named = <T>(field: Record<string, T>, value: (raw: T) => unknown): [string, unknown][] => Object.entries(field).map(([name, raw]) => [word(name), value(raw)]);
  return Object.fromEntries([
    ...named(message.strings, word),
    ...named(message.int64s, Number),
    ...named(message.bools, Boolean),
    ...named(message.bytes, (bytes) => Buffer.from(bytes).toString('hex')),
    ...named(message.stringMaps, ({ entries }) => Object.fromEntries(Object.entries(entries).map(([key, value]) => [word(key), word(value)]))),
  ]);
}
