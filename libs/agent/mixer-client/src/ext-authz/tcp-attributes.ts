import { namespaceOf, principalOf } from '../attributes/derive.js';
import { ipBytes } from '../attributes/ip.js';
import type { NodeAttributes } from '../attributes/node.js';
import { TimestampValue, type AttributeBag } from '../attributes/value.js';
import type { AuthzRequest } from './authz-request.js';

/** What Pilot sends along with a TCP check, in the call's metadata. */
export interface TcpCheckContext {
  /** From `x-mixer-attributes`. */
  readonly configured: AttributeBag;
  readonly connectionId: string | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Check attributes of one TCP connection. Source: istio/proxy 1.4, src/istio/control/tcp/attributes_builder.cc. */
export function tcpCheckAttributes(request: AuthzRequest, node: NodeAttributes, context: TcpCheckContext): AttributeBag {
  const { configured } = context;
  const bag: AttributeBag = new Map([...(configured.get('context.reporter.kind') === 'inbound' ? node.inbound : node.outbound), ...configured]);
  const ip = ipBytes(request.source.address);
  if (ip) bag.set('source.ip', ip).set('origin.ip', ip);
  const principal = principalOf(request.source.principal);
  if (principal !== undefined) {
    bag.set('source.principal', principal).set('source.user', principal);
    const namespace = namespaceOf(principal);
    if (namespace !== undefined) bag.set('source.namespace', namespace);
  }
  const own = principalOf(request.destination.principal);
  if (own !== undefined) bag.set('destination.principal', own);
  const sni = request.sni || request.destination.service;
  if (sni !== '') bag.set('connection.requested_server_name', sni);
  if (context.connectionId) bag.set('connection.id', context.connectionId);
  return bag
    .set('connection.mtls', request.source.principal !== '' || request.source.hasCertificate)
    .set('context.protocol', 'tcp')
    .set('context.time', TimestampValue.fromMillis(context.now));
}
