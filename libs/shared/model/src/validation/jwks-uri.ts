/** Where keys of an issuer are fetched. */
export interface JwksUri {
  readonly scheme: 'http' | 'https';
  readonly hostname: string;
  readonly port: number;
  readonly useSsl: boolean;
}

/** Undefined unless the URI is http or https with a host and, if any, a numeric port (source: pkg/config/security). */
export function parseJwksUri(uri: string): JwksUri | undefined {
  const match = /^(https?):\/\/(?:[^/?#@]*@)?(\[[^\]]+\]|[^/?#:]+)(?::(\d+))?(?:[/?#].*)?$/.exec(uri);
  if (match === null) return undefined;
  const [, scheme, hostname = '', port] = match;
  const useSsl = scheme === 'https';
  const number = port === undefined ? (useSsl ? 443 : 80) : Number(port);
  return number > 65_535 ? undefined : { scheme: useSsl ? 'https' : 'http', hostname: hostname.replace(/^\[|\]$/g, ''), port: number, useSsl };
}
