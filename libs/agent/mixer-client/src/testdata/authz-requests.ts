import { CheckRequest } from '@quartet/api/envoy/service/auth/v3/external_auth';

export interface HttpCheckParts {
  readonly extensions: Record<string, string>;
  readonly headers?: Record<string, string>;
  readonly metadata?: Record<string, Record<string, unknown>>;
  readonly method?: string;
  readonly path?: string;
  readonly peer?: string;
  readonly own?: string;
  readonly sni?: string;
}

const address = (ip: string, port: number): object => ({ socketAddress: { address: ip, portValue: port } });

/** What Envoy's HTTP ext_authz filter sends for `GET http://svc.ns3:80/echo`, with parts changed. */
export function httpCheckRequest(parts: HttpCheckParts): CheckRequest {
  const method = parts.method ?? 'GET';
  const path = parts.path ?? '/echo';
  return CheckRequest.fromPartial({
    attributes: {
      source: { address: address('127.0.0.1', 1234), principal: parts.peer ?? '' },
      destination: { address: address('127.77.1.1', 9080), principal: parts.own ?? '' },
      request: {
        time: { seconds: 1_600_000_000, nanos: 7 },
        http: { id: '1', method, path, host: 'svc.ns3:80', scheme: 'http', protocol: 'HTTP/1.1', size: -1, headers: { ':authority': 'svc.ns3:80', ':method': method, ':path': path, 'user-agent': 'curl', ...parts.headers } },
      },
      contextExtensions: parts.extensions,
      metadataContext: { filterMetadata: parts.metadata ?? {} },
      tlsSession: parts.sni === undefined ? undefined : { sni: parts.sni },
    },
  } as never);
}

/** What Envoy's network ext_authz filter sends for a connection. */
export function tcpCheckRequest(parts: { readonly peer?: string; readonly sni?: string } = {}): CheckRequest {
  return CheckRequest.fromPartial({
    attributes: {
      source: { address: address('127.0.0.1', 1234), principal: parts.peer ?? '' },
      destination: { address: address('127.77.1.1', 9080), service: parts.sni ?? '' },
    },
  } as never);
}
