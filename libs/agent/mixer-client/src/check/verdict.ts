import type { RouteDirective } from '@quartet/api/istio/mixer/v1/check';

/** Canonical codes (google.rpc.Code), index = number. */
const codeNames = [
  'OK', 'CANCELLED', 'UNKNOWN', 'INVALID_ARGUMENT', 'DEADLINE_EXCEEDED', 'NOT_FOUND', 'ALREADY_EXISTS', 'PERMISSION_DENIED', 'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION', 'ABORTED', 'OUT_OF_RANGE', 'UNIMPLEMENTED', 'INTERNAL', 'UNAVAILABLE', 'DATA_LOSS', 'UNAUTHENTICATED',
] as const;

export const Code = { ok: 0, invalidArgument: 3, deadlineExceeded: 4, notFound: 5, resourceExhausted: 8, internal: 13, unavailable: 14 } as const;

const httpStatusByCode = [200, 499, 500, 400, 504, 404, 409, 403, 429, 400, 409, 400, 501, 500, 503, 500, 401];

/** HTTP status that the 1.4 filter answered for a google.rpc code. */
export function httpStatusOf(code: number): number {
  return httpStatusByCode[code] ?? 500;
}

/** `CODE_NAME:message`, or the name alone: the body of a denial and `check.error_message`. */
export function describeStatus(code: number, message: string): string {
  const name = codeNames[code] ?? 'UNKNOWN';
  return message === '' ? name : `${name}:${message}`;
}

/** Mixer's answer about one request, as it is applied to that request. */
export class CheckVerdict {
  /** The answer to Envoy, kept by the server so that a cached verdict is encoded once. */
  encoded: Buffer | undefined;

  constructor(
    readonly status: { readonly code: number; readonly message: string },
    readonly directive: RouteDirective | undefined,
    readonly cacheHit: { readonly check: boolean; readonly quota: boolean },
  ) {}

  get ok(): boolean {
    return this.status.code === Code.ok;
  }
}

/** What happens while Mixer cannot be asked, and how often it is asked (istio.mixer.v1.config.client.NetworkFailPolicy). */
export interface FailPolicy {
  readonly failOpen: boolean;
  readonly maxRetry: number;
  readonly baseRetryWaitMs: number;
  readonly maxRetryWaitMs: number;
}

export const defaultFailPolicy: FailPolicy = { failOpen: true, maxRetry: 0, baseRetryWaitMs: 80, maxRetryWaitMs: 1000 };
