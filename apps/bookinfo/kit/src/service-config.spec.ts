import { describe, expect, it } from 'vitest';
import { propagatedHeaders } from './propagation.js';
import { readServiceConfig } from './service-config.js';

describe('readServiceConfig', () => {
  it('has defaults for all', () => {
    expect(readServiceConfig('reviews', {})).toEqual({
      instance: 'reviews-v1',
      version: 'v1',
      listen: { host: '127.0.0.1', port: 9080 },
      egress: undefined,
      hosts: { details: 'details:9080', reviews: 'reviews:9080', ratings: 'ratings:9080' },
    });
  });

  it('takes addresses, version and hosts from the environment', () => {
    const env = { LISTEN: '127.0.0.1:19015', EGRESS: '127.77.15.2:9080', SERVICE_VERSION: 'v3', RATINGS_HOST: 'ratings.other:9080' };
    expect(readServiceConfig('reviews', env)).toMatchObject({
      instance: 'reviews-v3',
      listen: { host: '127.0.0.1', port: 19015 },
      egress: { host: '127.77.15.2', port: 9080 },
      hosts: { ratings: 'ratings.other:9080' },
    });
  });

  it.each(['9080', 'host', ':9080', 'host:99999'])('refuses %j as an address and names the variable', (text) => {
    expect(() => readServiceConfig('reviews', { EGRESS: text })).toThrow(/^EGRESS is/);
  });
});

describe('propagatedHeaders', () => {
  it('hands on tracing and user headers, and nothing that belongs to one hop', () => {
    const incoming = { 'x-request-id': 'r', 'x-b3-traceid': 't', 'end-user': 'jason', cookie: 'a=b', host: 'productpage', 'content-length': '3', connection: 'close' };
    expect(propagatedHeaders(incoming)).toEqual({ 'x-request-id': 'r', 'x-b3-traceid': 't', 'end-user': 'jason', cookie: 'a=b' });
  });
});
