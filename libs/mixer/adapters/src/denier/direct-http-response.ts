import type { DirectHttpResponse } from '@quartet/mixer-adapter-sdk';

const typeUrl = 'type.googleapis.com/istio.policy.v1beta1.DirectHttpResponse';

/** The names of istio.policy.v1beta1.HttpStatusCode whose number is not their own text. */
const codeByName: Readonly<Record<string, number>> = {
  Empty: 0, Continue: 100, OK: 200, Created: 201, Accepted: 202, NonAuthoritativeInformation: 203, NoContent: 204, ResetContent: 205,
  PartialContent: 206, MultiStatus: 207, AlreadyReported: 208, IMUsed: 226, MultipleChoices: 300, MovedPermanently: 301, Found: 302,
  SeeOther: 303, NotModified: 304, UseProxy: 305, TemporaryRedirect: 307, PermanentRedirect: 308, BadRequest: 400, Unauthorized: 401,
  PaymentRequired: 402, Forbidden: 403, NotFound: 404, MethodNotAllowed: 405, NotAcceptable: 406, ProxyAuthenticationRequired: 407,
  RequestTimeout: 408, Conflict: 409, Gone: 410, LengthRequired: 411, PreconditionFailed: 412, PayloadTooLarge: 413, URITooLong: 414,
  UnsupportedMediaType: 415, RangeNotSatisfiable: 416, ExpectationFailed: 417, MisdirectedRequest: 421, UnprocessableEntity: 422,
  Locked: 423, FailedDependency: 424, UpgradeRequired: 426, PreconditionRequired: 428, TooManyRequests: 429,
  RequestHeaderFieldsTooLarge: 431, InternalServerError: 500, NotImplemented: 501, BadGateway: 502, ServiceUnavailable: 503,
  GatewayTimeout: 504, HTTPVersionNotSupported: 505, VariantAlsoNegotiates: 506, InsufficientStorage: 507, LoopDetected: 508,
  NotExtended: 510, NetworkAuthenticationRequired: 511,
};

/** Reads a status detail in the JSON form of google.protobuf.Any; undefined if it is of another type. */
export function directHttpResponse(detail: Readonly<Record<string, unknown>>): DirectHttpResponse | undefined {
  if (detail['@type'] !== typeUrl) return undefined;
  return { code: statusCode(detail['code']), body: String(detail['body'] ?? ''), headers: headersOf(detail['headers']) };
}

function statusCode(code: unknown): number {
  if (typeof code === 'number') return code;
  return typeof code === 'string' ? (codeByName[code] ?? 0) : 0;
}

function headersOf(headers: unknown): Record<string, string> {
  if (typeof headers !== 'object' || headers === null) return {};
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}
