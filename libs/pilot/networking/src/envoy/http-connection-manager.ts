import type { Filter } from '@quartet/api/envoy/config/listener/v3/listener_components';
import {
  HttpConnectionManager, HttpConnectionManager_ForwardClientCertDetails as ForwardClientCert,
} from '@quartet/api/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager';
import type { MeshConfig } from '@quartet/api/istio/mesh/v1alpha1/config';
import { durationFromMs } from '@quartet/model';
import type { Features } from '../environment.js';
import type { HttpHandlerView } from '../view/listener-view.js';
import { envoyAccessLogService, fileAccessLogs, mixerHttpLog } from './access-log.js';
import { cidr } from './address.js';
import { packAny } from './any.js';
import { ads } from './config-source.js';
import { httpFilters } from './http-filters.js';
import { buildRouteConfiguration } from './routes.js';
import { httpStatsLogs } from './stats-log.js';

export interface ListenerSettings {
  readonly mesh: MeshConfig;
  readonly features: Features;
  /** Clients of the filter chain prove who they are. */
  readonly mutualTls?: boolean;
}

export const HTTP_CONNECTION_MANAGER = 'envoy.filters.network.http_connection_manager';
export const HCM_TYPE = 'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager';

/** What Istio 1.4's Envoy took for internal by itself: private and loopback addresses. Headers such as x-request-id are only trusted from there. */
const internalRanges = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '127.0.0.0/8', 'fd00::/8', '::1/128'].map(cidr);

export function httpConnectionManager(view: HttpHandlerView, settings: ListenerSettings): Filter {
  const { mesh } = settings;
  const routes = typeof view.routes === 'string' ? { rds: { configSource: ads(), routeConfigName: view.routes } } : { routeConfig: buildRouteConfiguration(view.routes) };
  const config = HttpConnectionManager.fromPartial({
    statPrefix: view.statPrefix,
    ...routes,
    httpFilters: httpFilters(view),
    accessLog: [...fileAccessLogs(mesh), ...envoyAccessLogService(mesh), ...(view.mixer?.report ? [mixerHttpLog()] : []), ...(view.telemetry ? httpStatsLogs(view.telemetry, settings.mutualTls === true) : [])],
    useRemoteAddress: view.useRemoteAddress,
    generateRequestId: mesh.enableTracing ? true : undefined,
    tracing: mesh.enableTracing ? tracing(settings) : undefined,
    normalizePath: true,
    streamIdleTimeout: durationFromMs(0),
    upgradeConfigs: [{ upgradeType: 'websocket' }],
    internalAddressConfig: { unixSockets: true, cidrRanges: internalRanges },
    serverName: view.role === 'inbound' || view.role === 'gateway' ? 'istio-envoy' : '',
    commonHttpProtocolOptions: view.idleTimeoutMs === undefined ? undefined : { idleTimeout: durationFromMs(view.idleTimeoutMs) },
    httpProtocolOptions: view.acceptHttp10 || view.allowAbsoluteUrl || view.role === 'gateway' ? { acceptHttp10: view.acceptHttp10, allowAbsoluteUrl: view.allowAbsoluteUrl ? true : undefined } : undefined,
    http2ProtocolOptions: view.http2 ? {} : undefined,
    ...clientCertificates(view),
  });
  return { name: HTTP_CONNECTION_MANAGER, typedConfig: packAny(HCM_TYPE, HttpConnectionManager, config) };
}

function tracing({ features }: ListenerSettings): Partial<NonNullable<HttpConnectionManager['tracing']>> {
  const sampling = features.traceSampling >= 0 && features.traceSampling <= 100 ? features.traceSampling : 100;
  return { clientSampling: { value: 100 }, randomSampling: { value: sampling }, overallSampling: { value: 100 } };
}

/** x-forwarded-client-cert: inbound appends, a gateway starts anew, outbound leaves it out. */
function clientCertificates(view: HttpHandlerView): Partial<HttpConnectionManager> {
  if (view.role === 'inbound') {
    return { forwardClientCertDetails: ForwardClientCert.APPEND_FORWARD, setCurrentClientCertDetails: { subject: true, uri: true, dns: true, cert: false, chain: false } };
  }
  if (view.role !== 'gateway') return {};
  return { forwardClientCertDetails: ForwardClientCert.SANITIZE_SET, setCurrentClientCertDetails: { subject: true, uri: true, dns: true, cert: true, chain: false } };
}
