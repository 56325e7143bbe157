import { Cluster } from '@quartet/api/envoy/config/cluster/v3/cluster';
import { ClusterLoadAssignment } from '@quartet/api/envoy/config/endpoint/v3/endpoint';
import { Listener } from '@quartet/api/envoy/config/listener/v3/listener';
import { RouteConfiguration } from '@quartet/api/envoy/config/route/v3/route';
import {
  CLUSTER_TYPE, ENDPOINT_TYPE, LISTENER_TYPE, ResourceSet, ROUTE_TYPE, type EncodedResource, type ResourceEncoder, type ResourceView,
} from '@quartet/xds';
import type { CompiledProxy } from './compiler.js';

/** What one proxy should have: the sets of the four types, encoded. */
export class CompiledView implements ResourceView {
  constructor(
    readonly version: string,
    private readonly sets: ReadonlyMap<string, ResourceSet>,
    private readonly encoder: ResourceEncoder,
  ) {}

  static of(version: string, compiled: CompiledProxy, encoder: ResourceEncoder): CompiledView {
    return new CompiledView(version, new Map([
      [CLUSTER_TYPE, new ResourceSet(compiled.clusters.map((cluster) => encoder.encode({ typeUrl: CLUSTER_TYPE, name: cluster.name }, cluster, Cluster)))],
      [ENDPOINT_TYPE, encodeEndpoints(compiled.endpoints, encoder)],
      [LISTENER_TYPE, new ResourceSet(compiled.listeners.map((listener) => encoder.encode({ typeUrl: LISTENER_TYPE, name: listener.name }, listener, Listener)))],
      [ROUTE_TYPE, new ResourceSet(compiled.routes.map((route) => encoder.encode({ typeUrl: ROUTE_TYPE, name: route.name }, route, RouteConfiguration)))],
    ]), encoder);
  }

  set(typeUrl: string): ResourceSet {
    return this.sets.get(typeUrl) ?? ResourceSet.empty;
  }

  /** A cluster whose endpoints nobody knows gets an empty assignment, so that Envoy does not wait for it. */
  missing(typeUrl: string, name: string): EncodedResource | undefined {
    if (typeUrl !== ENDPOINT_TYPE) return undefined;
    return this.encoder.encode({ typeUrl, name }, ClusterLoadAssignment.fromPartial({ clusterName: name }), ClusterLoadAssignment);
  }

  /** The same view with other endpoints of some clusters. */
  withEndpoints(version: string, changed: readonly ClusterLoadAssignment[]): CompiledView {
    const endpoints = new ResourceSet([...this.set(ENDPOINT_TYPE), ...encodeEndpoints(changed, this.encoder)]);
    return new CompiledView(version, new Map([...this.sets, [ENDPOINT_TYPE, endpoints]]), this.encoder);
  }
}

function encodeEndpoints(assignments: readonly ClusterLoadAssignment[], encoder: ResourceEncoder): ResourceSet {
  return new ResourceSet(assignments.map((assignment) => encoder.encode({ typeUrl: ENDPOINT_TYPE, name: assignment.clusterName }, assignment, ClusterLoadAssignment)));
}
