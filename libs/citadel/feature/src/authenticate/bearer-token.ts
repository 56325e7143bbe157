const prefix = 'Bearer ';

/** The first `authorization` value with exactly this prefix; case and space matter (security/pkg/server/ca/authenticate). */
export function extractBearerToken(authorization: readonly string[] | undefined): string {
  if (authorization === undefined) throw new Error('no metadata is attached');
  if (authorization.length === 0) throw new Error('no HTTP authorization header exists');
  const value = authorization.find((candidate) => candidate.startsWith(prefix));
  if (value === undefined) throw new Error('no bearer token exists in HTTP authorization header');
  return value.slice(prefix.length);
}
