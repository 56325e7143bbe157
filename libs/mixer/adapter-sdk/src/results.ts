import { Code } from './code.js';

/** google.rpc.Status without details. Code 0 = OK; numbers: {@link Code}. */
export interface Status {
  readonly code: number;
  readonly message: string;
}

/**
 * istio.policy.v1beta1.DirectHttpResponse: what the proxy answers itself when the check fails. `code` 0 = the HTTP
 * status that belongs to the gRPC code; `set-cookie` among the headers is split at commas into several.
 */
export interface DirectHttpResponse {
  readonly code: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * A verdict. All zero (OK, no duration, no count) = no opinion. `validDurationMs`: how long a proxy may repeat it,
 * `validUseCount`: how often.
 */
export interface CheckResult {
  readonly status: Status;
  readonly validDurationMs: number;
  readonly validUseCount: number;
  readonly directResponse?: DirectHttpResponse;
}

/** What a caller asks of a quota. A negative amount releases. The same `dedupId` again gets the same answer. */
export interface QuotaArgs {
  readonly dedupId: string;
  readonly amount: number;
  /** Grant a part where the whole does not fit. */
  readonly bestEffort: boolean;
}

/** A denial is status OK with amount 0; another status says that the quota could not be decided. */
export interface QuotaResult {
  readonly status: Status;
  readonly amount: number;
  readonly validDurationMs: number;
}

export const okStatus: Status = Object.freeze({ code: Code.OK, message: '' });

export function statusOf(code: number, message = ''): Status {
  return { code, message };
}
