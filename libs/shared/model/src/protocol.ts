/** Application protocol of a service port, as Istio 1.4 names it. `Unsupported` means: sniffed if that is on, else TCP. */
export type Protocol =
  | 'HTTP' | 'HTTP2' | 'HTTPS' | 'GRPC' | 'GRPC-Web' | 'TCP' | 'TLS' | 'UDP' | 'Mongo' | 'Redis' | 'MySQL' | 'Unsupported';

const byWord: Readonly<Record<string, Protocol>> = {
  http: 'HTTP', http2: 'HTTP2', https: 'HTTPS', grpc: 'GRPC', 'grpc-web': 'GRPC-Web', tcp: 'TCP', tls: 'TLS', udp: 'UDP',
  mongo: 'Mongo', redis: 'Redis', mysql: 'MySQL',
};

/** The protocol of a whole word such as `grpc-web` (ServiceEntry, Sidecar and Gateway ports); case does not matter. */
export function parseProtocol(word: string): Protocol {
  return byWord[word.toLowerCase()] ?? 'Unsupported';
}

/** Kubernetes ports without a protocol in their name that are TCP all the same: SMTP, DNS, MySQL, MongoDB. */
const knownTcpPorts: ReadonlySet<number> = new Set([25, 53, 3306, 27017]);

/** Protocol of a Kubernetes service port from its name (`http-web`, `grpc-web-x`, ...), number and transport. */
export function kubernetesProtocol(name: string, port: number, transport: string): Protocol {
  if (transport.toUpperCase() === 'UDP') return 'UDP';
  const lower = name.toLowerCase();
  if (lower.startsWith('grpc-web')) return 'GRPC-Web';
  const protocol = parseProtocol(lower.split('-', 1)[0] ?? '');
  return protocol === 'Unsupported' && knownTcpPorts.has(port) ? 'TCP' : protocol;
}

const http: ReadonlySet<Protocol> = new Set<Protocol>(['HTTP', 'HTTP2', 'GRPC', 'GRPC-Web']);
const http2: ReadonlySet<Protocol> = new Set<Protocol>(['HTTP2', 'GRPC', 'GRPC-Web']);
const tcp: ReadonlySet<Protocol> = new Set<Protocol>(['TCP', 'HTTPS', 'TLS', 'Mongo', 'Redis', 'MySQL']);
const tls: ReadonlySet<Protocol> = new Set<Protocol>(['HTTPS', 'TLS']);

export const isHttp = (protocol: Protocol): boolean => http.has(protocol);
export const isHttp2 = (protocol: Protocol): boolean => http2.has(protocol);
export const isTcp = (protocol: Protocol): boolean => tcp.has(protocol);
export const isTls = (protocol: Protocol): boolean => tls.has(protocol);
