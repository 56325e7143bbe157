import type { JsonValue } from '@bufbuild/protobuf';
import { CLUSTER_TYPE, ENDPOINT_TYPE, LISTENER_TYPE, ROUTE_TYPE, type Connection, type EncodedResource } from '@quartet/xds';
import type { PilotClient } from '../pilot-client.js';
import { anyJson, resourceJson } from './resource-json.js';

type PilotConnection = Connection<PilotClient>;
const adminType = (name: string) => `type.googleapis.com/envoy.admin.v3.${name}`;

function held(connection: PilotConnection, typeUrl: string): EncodedResource[] {
  return [...(connection.session.subscription(typeUrl)?.resources.values() ?? [])].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function head(connection: PilotConnection) {
  return { node: connection.id, addr: connection.peer, connect: new Date(connection.connectedAt).toISOString() };
}

/** `/debug/edsz`: one load assignment for each cluster that some proxy watches. */
export function watchedEndpoints(connections: Iterable<PilotConnection>): JsonValue[] {
  const byName = new Map<string, EncodedResource>();
  for (const connection of connections) for (const resource of held(connection, ENDPOINT_TYPE)) byName.set(resource.name, resource);
  return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1)).map(resourceJson);
}

/** `/debug/adsz` */
export function sentConfiguration(connections: Iterable<PilotConnection>): object[] {
  return [...connections].map((connection) => ({
    ...head(connection),
    listeners: held(connection, LISTENER_TYPE).map(resourceJson),
    RDSRoutes: held(connection, ROUTE_TYPE).map(resourceJson),
    clusters: held(connection, CLUSTER_TYPE).map(resourceJson),
  }));
}

/** `/debug/cdsz` */
export function sentClusters(connections: Iterable<PilotConnection>): object[] {
  return [...connections].map((connection) => ({ ...head(connection), Clusters: held(connection, CLUSTER_TYPE).map(resourceJson) }));
}

/** `/debug/config_dump`: what the proxy should have now, in the form of Envoy's own dump. */
export function configDump({ client }: PilotConnection): object {
  const view = client.view;
  const version = view?.version ?? '';
  const all = (typeUrl: string) => [...(view?.set(typeUrl) ?? [])].sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    configs: [
      { '@type': adminType('BootstrapConfigDump') },
      { '@type': adminType('ClustersConfigDump'), version_info: version, dynamic_active_clusters: all(CLUSTER_TYPE).map((cluster) => ({ version_info: version, cluster: anyJson(cluster) })) },
      {
        '@type': adminType('ListenersConfigDump'), version_info: version,
        dynamic_listeners: all(LISTENER_TYPE).map((listener) => ({ name: listener.name, active_state: { version_info: version, listener: anyJson(listener) } })),
      },
      { '@type': adminType('RoutesConfigDump'), dynamic_route_configs: all(ROUTE_TYPE).map((route) => ({ version_info: version, route_config: anyJson(route) })) },
      { '@type': adminType('EndpointsConfigDump'), dynamic_endpoint_configs: all(ENDPOINT_TYPE).map((endpoint) => ({ version_info: version, endpoint_config: anyJson(endpoint) })) },
    ],
  };
}
