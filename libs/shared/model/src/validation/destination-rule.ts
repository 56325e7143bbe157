import type {
  ConnectionPoolSettings, DestinationRule, LoadBalancerSettings, OutlierDetection, TLSSettings, TrafficPolicy, TrafficPolicy_PortTrafficPolicy,
} from '@quartet/api/istio/networking/v1alpha3/destination_rule';
import { TLSSettings_TLSmode } from '@quartet/api/istio/networking/v1alpha3/destination_rule';
import { validateLabels } from './label-map.js';
import { duration, nonNegative, percent, wildcardDomain } from './primitives.js';
import type { Report } from './report.js';
import { subsetName, validateExportTo } from './shared.js';

export function validateDestinationRule(report: Report, spec: DestinationRule): void {
  report.at('host').fault(wildcardDomain(spec.host));
  validateExportTo(report, spec.exportTo);
  validateTrafficPolicy(report.at('trafficPolicy'), spec.trafficPolicy);
  report.each('subsets', spec.subsets, (entry, subset) => {
    entry.at('name').fault(subsetName(subset.name));
    validateLabels(entry, 'labels', subset.labels);
    validateTrafficPolicy(entry.at('trafficPolicy'), subset.trafficPolicy);
  });
}

type Settings = Pick<TrafficPolicy, 'loadBalancer' | 'connectionPool' | 'outlierDetection' | 'tls'>;

function hasSettings({ loadBalancer, connectionPool, outlierDetection, tls }: Settings): boolean {
  return [loadBalancer, connectionPool, outlierDetection, tls].some((setting) => setting !== undefined);
}

function validateTrafficPolicy(report: Report, policy: TrafficPolicy | undefined): void {
  if (policy === undefined) return;
  report.require(hasSettings(policy) || policy.portLevelSettings.length > 0, 'a traffic policy must set something');
  validateSettings(report, policy);
  report.each<TrafficPolicy_PortTrafficPolicy>('portLevelSettings', policy.portLevelSettings, (entry, settings) => {
    entry.at('port').require(settings.port !== undefined, 'is required');
    entry.require(hasSettings(settings), 'the policy of a port must set something');
    validateSettings(entry, settings);
  });
}

function validateSettings(report: Report, settings: Settings): void {
  if (settings.outlierDetection) validateOutlierDetection(report.at('outlierDetection'), settings.outlierDetection);
  if (settings.connectionPool) validateConnectionPool(report.at('connectionPool'), settings.connectionPool);
  if (settings.loadBalancer) validateLoadBalancer(report.at('loadBalancer'), settings.loadBalancer);
  if (settings.tls) validateTlsSettings(report.at('tls'), settings.tls);
}

function validateOutlierDetection(report: Report, outlier: OutlierDetection): void {
  report.at('consecutiveErrors').fault(nonNegative(outlier.consecutiveErrors));
  report.at('interval').fault(duration(outlier.interval));
  report.at('baseEjectionTime').fault(duration(outlier.baseEjectionTime));
  report.at('maxEjectionPercent').fault(percent(outlier.maxEjectionPercent));
  report.at('minHealthPercent').fault(percent(outlier.minHealthPercent));
}

function validateConnectionPool(report: Report, { http, tcp }: ConnectionPoolSettings): void {
  report.require(http !== undefined || tcp !== undefined, 'http or tcp is required');
  if (http !== undefined) {
    for (const field of ['http1MaxPendingRequests', 'http2MaxRequests', 'maxRequestsPerConnection', 'maxRetries'] as const) {
      report.at('http', field).fault(nonNegative(http[field]));
    }
    report.at('http', 'idleTimeout').fault(duration(http.idleTimeout));
  }
  if (tcp !== undefined) {
    report.at('tcp', 'maxConnections').fault(nonNegative(tcp.maxConnections));
    report.at('tcp', 'connectTimeout').fault(duration(tcp.connectTimeout));
  }
}

function validateLoadBalancer(report: Report, { consistentHash }: LoadBalancerSettings): void {
  const cookie = consistentHash?.httpCookie;
  if (cookie === undefined) return;
  const at = report.at('consistentHash', 'httpCookie');
  at.at('name').require(cookie.name !== '', 'is required');
  at.at('ttl').require(cookie.ttl !== undefined, 'is required');
}

export function validateTlsSettings(report: Report, tls: TLSSettings): void {
  if (tls.mode !== TLSSettings_TLSmode.MUTUAL) return;
  report.at('clientCertificate').require(tls.clientCertificate !== '', 'mode MUTUAL needs a client certificate');
  report.at('privateKey').require(tls.privateKey !== '', 'mode MUTUAL needs a private key');
}
