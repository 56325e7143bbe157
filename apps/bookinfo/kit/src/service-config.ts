import { parseAddress, type Address } from './address.js';

/** The services that others call. */
export type Callee = 'details' | 'reviews' | 'ratings';

export interface ServiceConfig {
  /** Name in answers and logs: `reviews-v3`. */
  readonly instance: string;
  readonly version: string;
  readonly listen: Address;
  /** Where all outgoing requests go, their Host header naming the service; undefined = to that host itself. */
  readonly egress: Address | undefined;
  /** Host headers by service. */
  readonly hosts: Readonly<Record<Callee, string>>;
}

export const environmentHelp = `Environment:
  LISTEN            address to serve on (127.0.0.1:9080)
  EGRESS            address of the sidecar's egress listener; without it requests go to the named hosts directly
  SERVICE_VERSION   version of this service (v1)
  DETAILS_HOST, REVIEWS_HOST, RATINGS_HOST
                    Host header of requests to these services (details:9080, ...)`;

/** @throws if an address is none */
export function readServiceConfig(name: string, env: Readonly<Record<string, string | undefined>>): ServiceConfig {
  const version = env['SERVICE_VERSION'] ?? 'v1';
  return {
    instance: `${name}-${version}`,
    version,
    listen: parseAddress(env['LISTEN'] ?? '127.0.0.1:9080', 'LISTEN'),
    egress: env['EGRESS'] === undefined ? undefined : parseAddress(env['EGRESS'], 'EGRESS'),
    hosts: {
      details: env['DETAILS_HOST'] ?? 'details:9080',
      reviews: env['REVIEWS_HOST'] ?? 'reviews:9080',
      ratings: env['RATINGS_HOST'] ?? 'ratings:9080',
    },
  };
}
