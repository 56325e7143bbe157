/** How one kind of resource travels. */
export interface XdsType {
  readonly typeUrl: string;
  /** Lower-case name used in metrics and logs: `cds`, `eds`, `lds`, `rds`, `sds`. */
  readonly name: string;
  /**
   * True where a state-of-the-world answer is the whole truth (a resource that it lacks is removed by the client) and the
   * names of a request are ignored: clusters and listeners.
   */
  readonly complete: boolean;
  /**
   * Type whose resources are sent again when one of this type is new or changed, because Envoy warms the changed one until it
   * hears of the other: the resource of the same name, or all of them.
   */
  readonly followedBy?: { readonly typeUrl: string; readonly which: 'same-name' | 'all' };
  /** Types that name resources of this one: while they change too, a removal waits until the client has accepted them. */
  readonly referencedBy?: readonly string[];
}

const prefix = 'type.googleapis.com/';
export const CLUSTER_TYPE = `${prefix}envoy.config.cluster.v3.Cluster`;
export const ENDPOINT_TYPE = `${prefix}envoy.config.endpoint.v3.ClusterLoadAssignment`;
export const LISTENER_TYPE = `${prefix}envoy.config.listener.v3.Listener`;
export const ROUTE_TYPE = `${prefix}envoy.config.route.v3.RouteConfiguration`;
export const SECRET_TYPE = `${prefix}envoy.extensions.transport_sockets.tls.v3.Secret`;

export const CDS: XdsType = {
  typeUrl: CLUSTER_TYPE, name: 'cds', complete: true,
  followedBy: { typeUrl: ENDPOINT_TYPE, which: 'same-name' }, referencedBy: [LISTENER_TYPE, ROUTE_TYPE],
};
export const EDS: XdsType = { typeUrl: ENDPOINT_TYPE, name: 'eds', complete: false };
export const LDS: XdsType = { typeUrl: LISTENER_TYPE, name: 'lds', complete: true, followedBy: { typeUrl: ROUTE_TYPE, which: 'all' } };
export const RDS: XdsType = { typeUrl: ROUTE_TYPE, name: 'rds', complete: false };
export const SDS: XdsType = { typeUrl: SECRET_TYPE, name: 'sds', complete: false };

/** In the order in which a push must send them, so that nothing names what the client has not seen. */
export const ADS_TYPES: readonly XdsType[] = [CDS, EDS, LDS, RDS];
