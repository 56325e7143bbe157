import type { AuthenticationView } from './authentication-view.js';
import type { MixerHttpView, MixerTcpView } from './mixer-view.js';
import type { RateLimitView } from './rate-limit.js';
import type { RbacView } from './rbac-view.js';
import type { PatchContextView, RouteTableView } from './route-view.js';
import type { TelemetryView } from './telemetry-view.js';

export interface FilterChainMatchView {
  readonly serverNames: readonly string[];
  /** CIDRs or plain addresses of the destination. */
  readonly destinations: readonly string[];
  readonly applicationProtocols: readonly string[];
  /** `tls`, `raw_buffer` or empty (any). */
  readonly transportProtocol: string;
  /** 0 = any */
  readonly destinationPort: number;
}

/** TLS that a server speaks. `workload`: the workload's own certificate, client certificate required. */
export interface ServerTlsView {
  readonly source:
    | { readonly kind: 'workload' }
    | { readonly kind: 'files'; readonly certificate: string; readonly key: string; readonly ca: string }
    | { readonly kind: 'credential'; readonly name: string; readonly ca: boolean };
  readonly requireClientCertificate: boolean;
  readonly subjectAltNames: readonly string[];
  readonly alpn: readonly string[];
  /** 0 = automatic, 1..4 = TLS 1.0..1.3 */
  readonly minVersion: number;
  readonly maxVersion: number;
  readonly cipherSuites: readonly string[];
  readonly spki: readonly string[];
  readonly certificateHashes: readonly string[];
}

export interface HttpHandlerView {
  readonly kind: 'http';
  readonly role: 'inbound' | 'outbound' | 'gateway' | 'proxy';
  readonly statPrefix: string;
  /** Name of a table served over RDS, or the table itself. */
  readonly routes: string | RouteTableView;
  readonly useRemoteAddress: boolean;
  readonly acceptHttp10: boolean;
  readonly http2: boolean;
  readonly grpcWeb: boolean;
  readonly allowAbsoluteUrl: boolean;
  readonly idleTimeoutMs: number | undefined;
  readonly authentication: AuthenticationView | undefined;
  readonly rbac: RbacView | undefined;
  readonly mixer: MixerHttpView | undefined;
  readonly telemetry?: TelemetryView | undefined;
  readonly rateLimits?: readonly RateLimitView[] | undefined;
}

export interface TcpHandlerView {
  readonly kind: 'tcp';
  readonly statPrefix: string;
  readonly destinations: readonly { readonly cluster: string; readonly weight: number }[];
  readonly protocolFilter: 'mongo' | 'mysql' | 'redis' | undefined;
  /** The destination is named by the client's SNI. */
  readonly sniCluster: boolean;
  readonly accessLog: boolean;
  readonly idleTimeoutMs: number | undefined;
  readonly rbac: RbacView | undefined;
  readonly mixer: MixerTcpView | undefined;
  readonly telemetry?: TelemetryView | undefined;
}

export interface FilterChainView {
  /** undefined = matches every connection. */
  readonly match: FilterChainMatchView | undefined;
  readonly tls: ServerTlsView | undefined;
  /** Path of the VirtualService that made it, or empty. */
  readonly config: string;
  readonly handler: HttpHandlerView | TcpHandlerView;
  /** Catches what no other chain of the listener matches. */
  readonly fallthrough: boolean;
  /** In virtualInbound: the listener that it was copied from. */
  readonly originalListener: string;
}

export interface ListenerView {
  readonly name: string;
  readonly bind: { readonly ip: string; readonly port: number } | { readonly path: string };
  readonly direction: 'INBOUND' | 'OUTBOUND' | 'UNSPECIFIED';
  readonly bindToPort: boolean;
  readonly useOriginalDst: boolean;
  readonly transparent: boolean;
  readonly inspectors: readonly ('original_dst' | 'tls' | 'http')[];
  /** undefined = no listener filter timeout. */
  readonly detectionTimeoutMs: number | undefined;
  readonly chains: readonly FilterChainView[];
  /** Port of the service that it serves, where it serves one. */
  readonly servicePort: { readonly number: number; readonly name: string } | undefined;
  /** undefined: user patches leave it alone. */
  readonly patchContext: PatchContextView | undefined;
  /** Static Mixer attributes of the listener (strings and decimal numbers), for checks and logs. */
  readonly attributes: Readonly<Record<string, string>>;
}
