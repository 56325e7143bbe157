import { namespaceOf, principalOf } from '../attributes/derive.js';
import { ipBytes } from '../attributes/ip.js';
import type { NodeAttributes } from '../attributes/node.js';
import { staticAttribute } from '../attributes/static.js';
import type { AttributeBag } from '../attributes/value.js';
import type { CommonProperties } from './log-entry.js';

/** What the proxy and Pilot's configuration say: local node, then the custom tags, which win. */
export function configuredAttributes(common: CommonProperties, node: NodeAttributes): AttributeBag {
  const bag: AttributeBag = new Map(common.tags.get('context.reporter.kind') === 'inbound' ? node.inbound : node.outbound);
  for (const [name, text] of common.tags) {
    const value = staticAttribute(name, text);
    if (value !== undefined) bag.set(name, value);
  }
  if (!bag.has('destination.service.host')) setServiceOfCluster(bag, common.upstreamCluster);
  return bag;
}

/** A route that splits between services has no service of its own; the cluster that was chosen names it. */
function setServiceOfCluster(bag: AttributeBag, cluster: string): void {
  if (cluster === 'PassthroughCluster' || cluster === 'BlackHoleCluster') bag.set('destination.service.name', cluster);
  if (!cluster.startsWith('outbound|')) return;
  const host = cluster.slice(cluster.lastIndexOf('|') + 1);
  const [name = '', namespace = ''] = host.split('.', 2);
  if (host === '') return;
  bag.set('destination.service.host', host).set('destination.service.name', name);
  if (host.includes('.svc.')) bag.set('destination.service.namespace', namespace).set('destination.service.uid', `istio://${namespace}/services/${name}`);
}

/** What the connection tells: identities, mutual TLS, SNI, the peer's address, and the upstream host if none is set. */
export function setConnectionAttributes(bag: AttributeBag, common: CommonProperties): void {
  const { tls } = common;
  const remote = (common.downstreamDirectRemote ?? common.downstreamRemote)?.ip;
  const ip = remote === undefined ? undefined : ipBytes(remote);
  if (ip) bag.set('origin.ip', ip);
  bag.set('connection.mtls', tls !== undefined && (tls.peerUri !== '' || tls.peerSubject !== ''));
  if (tls) {
    if (tls.sni !== '') bag.set('connection.requested_server_name', tls.sni);
    setIdentities(bag, tls.peerUri, tls.localUri);
  }
}

/** `destination.ip` and `.port` of the upstream host; what Pilot configured stays. */
export function setDestination(bag: AttributeBag, address: { readonly ip: string; readonly port: number } | undefined): void {
  if (!address) return;
  const ip = ipBytes(address.ip);
  if (ip && !bag.has('destination.ip')) bag.set('destination.ip', ip);
  if (address.port !== 0 && !bag.has('destination.port')) bag.set('destination.port', address.port);
}

function setIdentities(bag: AttributeBag, peerUri: string, localUri: string): void {
  const peer = principalOf(peerUri);
  const own = principalOf(localUri);
  if (own !== undefined) bag.set('destination.principal', own);
  if (peer === undefined) return;
  bag.set('source.principal', peer).set('source.user', peer);
  const namespace = namespaceOf(peer);
  if (namespace !== undefined) bag.set('source.namespace', namespace);
}
