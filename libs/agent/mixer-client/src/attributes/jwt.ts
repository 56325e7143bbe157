import { flatten } from './derive.js';
import type { AttributeValue } from './value.js';

type Fields = Readonly<Record<string, unknown>>;

/**
 * `request.auth.*` from the metadata of `envoy.filters.http.jwt_authn`, which keeps the verified payload under a key of the
 * filter's configuration. Calls `set` for each attribute that the token gives.
 */
export function jwtAttributes(metadata: Fields | undefined, set: (name: string, value: AttributeValue) => void): void {
  const payload = metadata && Object.values(metadata).find(isPayload);
  if (!payload) return;
  const { iss, sub, aud, azp } = payload;
  if (typeof iss === 'string' && typeof sub === 'string') set('request.auth.principal', `${iss}/${sub}`);
  const audience: unknown = Array.isArray(aud) ? aud[0] : aud;
  if (typeof audience === 'string') set('request.auth.audiences', audience);
  if (typeof azp === 'string') set('request.auth.presenter', azp);
  set('request.auth.claims', flatten(payload));
  set('request.auth.raw_claims', JSON.stringify(payload));
}

function isPayload(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && ('iss' in value || 'sub' in value);
}
