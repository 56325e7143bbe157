import { status, type sendUnaryData, type ServerUnaryCall, type ServiceDefinition, type UntypedServiceImplementation } from '@grpc/grpc-js';
import { bagCount, RpcError, type MixerRuntime } from '@quartet/mixer-runtime';
import type { Throttler } from '../loadshedding/throttler.js';

const keep = (bytes: Buffer): Buffer => bytes;
const method = (name: string) => ({
  path: `/istio.mixer.v1.Mixer/${name}`,
  requestStream: false,
  responseStream: false,
  requestSerialize: keep,
  requestDeserialize: keep,
  responseSerialize: keep,
  responseDeserialize: keep,
}) as const;

/** istio.mixer.v1.Mixer with messages left as bytes: the runtime reads what it needs of them. */
export const mixerService = { Check: method('Check'), Report: method('Report') } satisfies ServiceDefinition;

const overloaded = { code: status.UNAVAILABLE, details: 'Server is currently overloaded. Please try again.' };

type Call = ServerUnaryCall<Buffer, Buffer>;
type Callback = sendUnaryData<Buffer>;

export function mixerHandlers(runtime: MixerRuntime, throttler: Throttler): UntypedServiceImplementation {
  const serve = (answer: (request: Buffer) => Promise<Buffer>, costOf: (request: Buffer) => number) => (call: Call, callback: Callback) => {
    const start = performance.now();
    if (throttler.active && throttler.throttle(costOf(call.request), start)) return callback(overloaded);
    void answer(call.request).then(
      (response) => callback(null, response),
      (error: unknown) => callback(statusOf(error)),
    ).finally(() => {
      const now = performance.now();
      throttler.sample(now - start, now);
    });
  };
  return {
    Check: serve((request) => runtime.check(request), () => 1),
    Report: serve((request) => runtime.report(request), bagCount),
  };
}

/** google.rpc.Code and gRPC's own codes are the same numbers. */
function statusOf(error: unknown): { code: number; details: string } {
  if (error instanceof RpcError) return { code: error.code, details: error.message };
  return { code: status.INTERNAL, details: error instanceof Error ? error.message : String(error) };
}
