const byCode: readonly number[] = [200, 408, 500, 400, 504, 404, 409, 403, 429, 412, 409, 400, 501, 500, 503, 500, 401];

/** The HTTP status that stands for a google.rpc.Code. */
export function httpStatusOf(code: number): number {
  return byCode[code] ?? 500;
}
