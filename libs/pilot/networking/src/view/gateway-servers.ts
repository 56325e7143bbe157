import { Server_TLSOptions_TLSmode as TlsMode, type Server } from '@quartet/api/istio/networking/v1alpha3/gateway';
import { isHttp, parseProtocol, type Protocol, type Proxy } from '@quartet/model';
import type { Diagnostics } from '../diagnostics.js';
import { objectName } from '../push/config-list.js';
import type { GatewayObject } from '../push/gateway-index.js';
import type { PushContext } from '../push/push-context.js';

/** One server of a Gateway that a proxy implements. */
export interface GatewayServer {
  readonly gateway: GatewayObject;
  /** `ns/name` */
  readonly gatewayName: string;
  readonly server: Server;
  readonly port: number;
  readonly portName: string;
  readonly protocol: Protocol;
  /** `ns/host` with `*` for any namespace. */
  readonly hosts: readonly string[];
}

/** Servers that share a port. Plain text HTTP servers share one route table; each other server has its own. */
export interface MergedPort {
  readonly port: number;
  readonly servers: readonly GatewayServer[];
  readonly secure: boolean;
}

export const terminatesHttps = ({ server, protocol }: GatewayServer): boolean => protocol === 'HTTPS' && server.tls !== undefined && !isPassthrough(server);

export function isPassthrough(server: Server): boolean {
  return server.tls?.mode === TlsMode.PASSTHROUGH || server.tls?.mode === TlsMode.AUTO_PASSTHROUGH;
}

/** RDS name of the table of an HTTP(S) server. */
export function routeTableName({ server, port, portName, gateway, protocol }: GatewayServer): string {
  if (isHttp(protocol)) return `http.${port}`;
  return protocol === 'HTTPS' && server.tls && !isPassthrough(server) ? `https.${port}.${portName}.${gateway.metadata.name}.${gateway.metadata.namespace}` : '';
}

/** The gateways of a proxy, by port; servers that can't share a port with what stands before them are rejected. */
export function mergeGateways(push: PushContext, proxy: Proxy, diagnostics: Diagnostics): readonly MergedPort[] {
  const ports = new Map<number, { servers: GatewayServer[]; secure: boolean; tlsHosts: Set<string>; tables: Set<string> }>();
  for (const gateway of push.gateways.forProxy(proxy, push.labelsOf(proxy))) {
    for (const [i, server] of gateway.spec.servers.entries()) {
      if (!server.port) continue;
      const entry: GatewayServer = {
        gateway, server, gatewayName: `${gateway.metadata.namespace}/${gateway.metadata.name}`,
        port: server.port.number, portName: server.port.name, protocol: parseProtocol(server.port.protocol),
        hosts: server.hosts.map((host) => (host.startsWith('./') ? `${gateway.metadata.namespace}/${host.slice(2)}` : host.includes('/') ? host : `*/${host}`)),
      };
      const at = ports.get(entry.port);
      const reason = at ? refusal(at, entry) : undefined;
      if (reason !== undefined) {
        diagnostics.error('GATEWAY_REJECTED', { object: objectName(gateway), field: `servers[${i}]` }, `port ${entry.port}: ${reason}; the server is left out`);
        continue;
      }
      const merged = at ?? { servers: [], secure: server.tls !== undefined && !isHttp(entry.protocol), tlsHosts: new Set<string>(), tables: new Set<string>() };
      ports.set(entry.port, merged);
      merged.servers.push(entry);
      merged.tables.add(routeTableName(entry));
      if (server.tls) for (const host of entry.hosts) merged.tlsHosts.add(host);
    }
  }
  return [...ports].map(([port, { servers, secure }]) => ({ port, servers, secure }));
}

function refusal(at: { servers: GatewayServer[]; secure: boolean; tlsHosts: Set<string>; tables: Set<string> }, entry: GatewayServer): string | undefined {
  if (entry.server.tls) {
    const repeated = entry.hosts.find((host) => at.tlsHosts.has(host));
    if (repeated !== undefined && at.secure) return `host ${repeated} is served by another TLS server already`;
  }
  const [first] = at.servers;
  if (!at.secure) {
    if (first && entry.protocol !== first.protocol) return `protocol ${entry.protocol} differs from ${first.protocol} of the first server`;
    return isHttp(entry.protocol) ? undefined : `only HTTP servers can share a port without TLS`;
  }
  if (!entry.server.tls || isHttp(entry.protocol)) return 'a server without TLS can\'t share a port with TLS servers';
  if (entry.protocol === 'HTTPS' && !isPassthrough(entry.server) && at.tables.has(routeTableName(entry))) return 'another server has the same port name';
  return undefined;
}
