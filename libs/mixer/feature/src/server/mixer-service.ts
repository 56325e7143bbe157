import { Metadata, status, type sendUnaryData, type ServerUnaryCall, type ServiceDefinition, type UntypedServiceImplementation } from '@grpc/grpc-js';
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

/**
 * Trailer of every answer: version of the configuration in force. A client that sees it change knows that what it cached
 * was decided by other rules. Istio's clients ignore it and keep what they cached for its valid duration.
 */
export const configVersionTrailer = 'x-quartet-config-version';

export interface MixerHandlersOptions {
  readonly runtime: MixerRuntime;
  readonly throttler: Throttler;
  /** Version of the configuration in force; '' before the first. */
  readonly configVersion: () => string;
}

export function mixerHandlers({ runtime, throttler, configVersion }: MixerHandlersOptions): UntypedServiceImplementation {
  const trailerOf = trailers();
  const serve = (answer: (request: Buffer) => Promise<Buffer>, costOf: (request: Buffer) => number) => (call: Call, callback: Callback) => {
    const start = performance.now();
    if (throttler.active && throttler.throttle(costOf(call.request), start)) return callback(overloaded);
    void answer(call.request).then(
      (response) => callback(null, response, trailerOf(configVersion())),
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

/** One metadata object a version, not one an answer. */
function trailers(): (version: string) => Metadata | undefined {
  let known = '';
  let metadata: Metadata | undefined;
  return (version) => {
    if (version !== known) {
      known = version;
      metadata = new Metadata();
      metadata.set(configVersionTrailer, version);
    }
    return metadata;
  };
}

/** google.rpc.Code and gRPC's own codes are the same numbers. */
function statusOf(error: unknown): { code: number; details: string } {
  if (error instanceof RpcError) return { code: error.code, details: error.message };
  return { code: status.INTERNAL, details: error instanceof Error ? error.message : String(error) };
}
