import { CheckResponse } from '@quartet/api/envoy/service/auth/v3/external_auth';
import { describeStatus, httpStatusOf, type CheckVerdict } from '../check/verdict.js';
import { dependOnRequest, requestHeaderChanges, responseHeaderOptions } from './header-operations.js';

const permissionDenied = 7;

/** Keys under which a report finds what the check of its request came to. */
export const checkMetadata = { checkHit: 'check_cache_hit', quotaHit: 'quota_cache_hit', errorCode: 'check_error_code', errorMessage: 'check_error_message' } as const;

/**
 * Answer to an HTTP check, kept with its verdict where it is the same for every request. `header` looks up a header of the
 * request, by its name in lower case.
 */
export function httpResponse(verdict: CheckVerdict, header: (name: string) => string | undefined): Buffer {
  if (verdict.directive && dependOnRequest(verdict.directive.requestHeaderOperations)) return encodeHttpResponse(verdict, header);
  return (verdict.encoded ??= encodeHttpResponse(verdict, header));
}

/** Go on with header operations, a direct response, or a denial `CODE_NAME:message`. */
function encodeHttpResponse(verdict: CheckVerdict, header: (name: string) => string | undefined): Buffer {
  const { status, directive } = verdict;
  const responseHeaders = responseHeaderOptions(directive?.responseHeaderOperations ?? []);
  if (directive && directive.directResponseCode !== 0) {
    const code = verdict.ok ? permissionDenied : status.code;
    const deniedResponse = { status: { code: directive.directResponseCode }, headers: responseHeaders, body: directive.directResponseBody };
    return encode({ ...answerOf(verdict), status: { code, message: 'mixer_direct_response', details: [] }, deniedResponse });
  }
  if (!verdict.ok) {
    const deniedResponse = { status: { code: httpStatusOf(status.code) }, headers: responseHeaders, body: describeStatus(status.code, status.message) };
    return encode({ ...answerOf(verdict), deniedResponse });
  }
  const { options, removed } = requestHeaderChanges(directive?.requestHeaderOperations ?? [], header);
  const okResponse = { headers: options, headersToRemove: removed, responseHeadersToAdd: responseHeaders, queryParametersToSet: [], queryParametersToRemove: [] };
  return encode({ ...answerOf(verdict), okResponse });
}

/** Answer to a TCP check: go on, or close. */
export function encodeTcpResponse(verdict: CheckVerdict): Buffer {
  return encode(answerOf(verdict));
}

function answerOf(verdict: CheckVerdict): CheckResponse {
  const { code, message } = verdict.status;
  const dynamicMetadata: Record<string, unknown> = { [checkMetadata.checkHit]: verdict.cacheHit.check, [checkMetadata.quotaHit]: verdict.cacheHit.quota };
  if (!verdict.ok) Object.assign(dynamicMetadata, { [checkMetadata.errorCode]: code, [checkMetadata.errorMessage]: describeStatus(code, message) });
  return { status: { code, message, details: [] }, dynamicMetadata };
}

function encode(response: CheckResponse): Buffer {
  return Buffer.from(CheckResponse.encode(response).finish());
}
