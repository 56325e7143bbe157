import { AuthenticationPolicy, type ProxyConfig, type Tracing } from '@quartet/api/istio/mesh/v1alpha1/proxy';
import type { Duration } from '@quartet/api/google/protobuf/duration';
import { durationMs } from '../duration.js';
import { duration, port, proxyAddress } from './primitives.js';
import type { Fault, Report } from './report.js';

export function validateProxyConfig(report: Report, config: ProxyConfig): void {
  for (const field of ['configPath', 'binaryPath', 'serviceCluster'] as const) report.at(field).require(config[field] !== '', 'is required');
  const { drainDuration, parentShutdownDuration } = config;
  report.at('parentShutdownDuration').fault(shutdownFault(drainDuration, parentShutdownDuration));
  report.at('discoveryAddress').fault(proxyAddress(config.discoveryAddress));
  if (config.tracing !== undefined) validateTracing(report.at('tracing'), config.tracing);
  report.at('connectTimeout').fault(connectTimeout(config.connectTimeout));
  const addresses = {
    statsdUdpAddress: config.statsdUdpAddress, zipkinAddress: config.zipkinAddress, envoyMetricsServiceAddress: config.envoyMetricsServiceAddress,
  };
  for (const [field, address] of Object.entries(addresses)) if (address !== '') report.at(field).fault(proxyAddress(address));
  for (const field of ['envoyMetricsService', 'envoyAccessLogService'] as const) {
    const address = config[field]?.address ?? '';
    if (address !== '') report.at(field, 'address').fault(proxyAddress(address));
  }
  report.at('proxyAdminPort').fault(port(config.proxyAdminPort));
  const policy = config.controlPlaneAuthPolicy;
  const known = policy === AuthenticationPolicy.NONE || policy === AuthenticationPolicy.MUTUAL_TLS;
  report.at('controlPlaneAuthPolicy').require(known, 'must be NONE or MUTUAL_TLS');
}

/** 1 ms to 30 s. */
export function connectTimeout(value: Duration | undefined): Fault {
  if (value === undefined) return 'is required';
  return duration(value) ?? (durationMs(value) > 30_000 ? 'must not exceed 30s' : undefined);
}

/** Both whole seconds of at most an hour, the parent's the longer: connections are drained before the old process goes. */
export function shutdownFault(drain: Duration | undefined, parent: Duration | undefined): Fault {
  for (const [name, value] of Object.entries({ drainDuration: drain, parentShutdownDuration: parent })) {
    if (value === undefined) return `${name} is required`;
    const fault = duration(value) ?? (value.nanos !== 0 ? 'must be a whole number of seconds' : undefined);
    if (fault !== undefined) return `${name}: ${fault}`;
    if (value.seconds > 3_600) return `${name} must not exceed 1h`;
  }
  return durationMs(parent ?? noTime) > durationMs(drain ?? noTime) ? undefined : 'must be longer than drainDuration';
}

const noTime: Duration = { seconds: 0, nanos: 0 };

function validateTracing(report: Report, tracing: Tracing): void {
  if (tracing.zipkin !== undefined) report.at('zipkin', 'address').fault(tracerAddress(tracing.zipkin.address));
  if (tracing.datadog !== undefined) report.at('datadog', 'address').fault(tracerAddress(tracing.datadog.address));
  const { lightstep } = tracing;
  if (lightstep === undefined) return;
  const at = report.at('lightstep');
  at.at('address').fault(proxyAddress(lightstep.address));
  at.at('accessToken').require(lightstep.accessToken !== '', 'is required');
  if (lightstep.secure) at.at('cacertPath').require(lightstep.cacertPath !== '', 'secure needs it');
}

/** `$(HOST_IP)` is filled in where the proxy runs. */
function tracerAddress(address: string): Fault {
  return proxyAddress(address.replace('$(HOST_IP)', '127.0.0.1'));
}
