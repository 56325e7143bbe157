import type { IncomingHttpHeaders } from 'node:http';

/**
 * Headers that a service hands on to the services it calls for a request, so that traces join and routing by user
 * works along the whole way.
 */
const propagated = [
  'x-request-id',
  'x-b3-traceid',
  'x-b3-spanid',
  'x-b3-parentspanid',
  'x-b3-sampled',
  'x-b3-flags',
  'b3',
  'x-ot-span-context',
  'traceparent',
  'tracestate',
  'end-user',
  'user-agent',
  'cookie',
  'authorization',
] as const;

export function propagatedHeaders(incoming: IncomingHttpHeaders): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of propagated) {
    const value = incoming[name];
    if (typeof value === 'string') headers[name] = value;
  }
  return headers;
}
