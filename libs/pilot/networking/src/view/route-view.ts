import type { MixerHttpView } from './mixer-view.js';
import type { RateLimitView } from './rate-limit.js';
import type { TelemetryView } from './telemetry-view.js';

export type StringMatchView = { readonly exact: string } | { readonly prefix: string } | { readonly suffix: string } | { readonly regex: string } | { readonly present: true };

export interface HeaderMatchView {
  readonly name: string;
  readonly match: StringMatchView;
}

export interface RouteMatchView {
  readonly path: { readonly exact: string } | { readonly prefix: string } | { readonly regex: string };
  /** undefined = unset (case matters). */
  readonly caseSensitive: boolean | undefined;
  readonly headers: readonly HeaderMatchView[];
  readonly queryParams: readonly HeaderMatchView[];
}

/** Header operations of a route or a destination; `set` replaces, `add` appends. */
export interface HeaderOperationsView {
  readonly requestSet: readonly (readonly [string, string])[];
  readonly requestAdd: readonly (readonly [string, string])[];
  readonly requestRemove: readonly string[];
  readonly responseSet: readonly (readonly [string, string])[];
  readonly responseAdd: readonly (readonly [string, string])[];
  readonly responseRemove: readonly string[];
}

export interface RetryView {
  readonly attempts: number;
  readonly retryOn: string;
  readonly statusCodes: readonly number[];
  readonly perTryTimeoutMs: number | undefined;
}

/** A fraction in parts of a million. */
export type PartsPerMillion = number;

export interface FaultView {
  readonly delay: { readonly ms: number; readonly fraction: PartsPerMillion } | undefined;
  readonly abort: { readonly httpStatus: number; readonly fraction: PartsPerMillion } | undefined;
}

export interface CorsView {
  readonly allowOrigin: readonly string[];
  readonly allowMethods: string;
  readonly allowHeaders: string;
  readonly exposeHeaders: string;
  readonly maxAgeSeconds: number | undefined;
  readonly allowCredentials: boolean | undefined;
}

export type HashPolicyView =
  | { readonly header: string }
  | { readonly cookie: { readonly name: string; readonly path: string; readonly ttlMs: number | undefined } }
  | { readonly sourceIp: true };

/** Attributes destination.service.* of a destination; empty = unknown. */
export interface DestinationServiceView {
  readonly host: string;
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  /** A service of the mesh, whose proxies may be told who calls. */
  readonly inMesh?: boolean;
}

export interface RouteDestinationView {
  readonly cluster: string;
  readonly weight: number;
  readonly headers: HeaderOperationsView;
  readonly service: DestinationServiceView | undefined;
}

export type RouteActionView =
  | {
      readonly kind: 'forward';
      readonly destinations: readonly RouteDestinationView[];
      /** undefined = Envoy's own default. */
      readonly timeoutMs: number | undefined;
      readonly retry: RetryView | undefined;
      readonly rewritePath: string;
      readonly rewriteHost: string;
      readonly mirror: { readonly cluster: string; readonly percent: number } | undefined;
      readonly cors: CorsView | undefined;
      readonly hashPolicies: readonly HashPolicyView[];
    }
  | { readonly kind: 'redirect'; readonly host: string; readonly path: string; readonly code: number }
  | { readonly kind: 'respond'; readonly status: number };

export interface RouteView {
  readonly name: string;
  readonly match: RouteMatchView;
  readonly action: RouteActionView;
  readonly headers: HeaderOperationsView;
  readonly fault: FaultView | undefined;
  /** Name of the operation in traces; empty = none. */
  readonly operation: string;
  /** Path of the VirtualService, or empty. */
  readonly config: string;
  /** Names of quota specs bound to the (inbound) service, as serialized istio.mixer.v1.config.client.QuotaSpec messages. */
  readonly quotaSpecs: readonly Uint8Array[];
}

export interface VirtualHostView {
  readonly name: string;
  readonly domains: readonly string[];
  readonly requireTls: boolean;
  readonly routes: readonly RouteView[];
}

/** A route table: what RDS serves under `name`, or what stands inline in an inbound listener. */
export interface RouteTableView {
  readonly name: string;
  readonly virtualHosts: readonly VirtualHostView[];
  /** Mixer's part in the listeners that use the table. */
  readonly mixer: MixerHttpView | undefined;
  readonly telemetry?: TelemetryView | undefined;
  /** Limits that the listener keeps. */
  readonly rateLimits?: readonly RateLimitView[] | undefined;
  /** Facts that an EnvoyFilter may match. */
  readonly patch: { readonly context: PatchContextView; readonly port: number; readonly portName: string; readonly gateway: string };
}

export type PatchContextView = 'SIDECAR_INBOUND' | 'SIDECAR_OUTBOUND' | 'GATEWAY';

export const noHeaders: HeaderOperationsView = Object.freeze({
  requestSet: [], requestAdd: [], requestRemove: [], responseSet: [], responseAdd: [], responseRemove: [],
});
