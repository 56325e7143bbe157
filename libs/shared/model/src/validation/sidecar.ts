import {
  CaptureMode, type IstioEgressListener, type IstioIngressListener, type Sidecar,
} from '@quartet/api/istio/networking/v1alpha3/sidecar';
import type { Port } from '@quartet/api/istio/networking/v1alpha3/gateway';
import { dnsLabel, ipv4Address, port, unixPath } from './primitives.js';
import type { Fault, Report } from './report.js';
import { namespacedHost, protocolName, validateWorkloadSelector } from './shared.js';

export function validateSidecar(report: Report, spec: Sidecar): void {
  validateWorkloadSelector(report, spec.workloadSelector);
  if (spec.egress.length === 0) return report.at('egress').error('at least one egress listener is required');
  const numbers = new Set<number>();
  report.each('ingress', spec.ingress, (entry, listener) => {
    validateIngress(entry, listener);
    claim(entry.at('port', 'number'), listener.port?.number, numbers);
  });
  validateEgressListeners(report, spec.egress);
}

function claim<T>(report: Report, value: T | undefined, taken: Set<T>): void {
  if (value === undefined) return;
  if (taken.has(value)) report.error(`${String(value)} is taken by another listener`);
  taken.add(value);
}

function validateIngress(report: Report, listener: IstioIngressListener): void {
  if (listener.port === undefined) report.at('port').error('is required');
  else {
    validatePortWords(report.at('port'), listener.port);
    report.at('port', 'number').fault(port(listener.port.number));
  }
  if (listener.bind !== '') report.at('bind').fault(ipv4Address(listener.bind));
  report.at('defaultEndpoint').fault(defaultEndpoint(listener.defaultEndpoint));
}

/** `127.0.0.1:port`, `:port` or `unix://path`: a sidecar forwards to its own workload. */
function defaultEndpoint(value: string): Fault {
  if (value.startsWith('unix://')) return unixPath(value.slice('unix://'.length));
  const match = /^(?:127\.0\.0\.1)?:(\d+)$/.exec(value);
  return match === null ? `${JSON.stringify(value)} must be "127.0.0.1:port" or "unix://path"` : port(Number(match[1]));
}

function validatePortWords(report: Report, { name, protocol }: Port): void {
  if (name !== '') report.at('name').fault(dnsLabel(name));
  report.at('protocol').fault(protocolName(protocol, true));
}

function validateEgressListeners(report: Report, listeners: readonly IstioEgressListener[]): void {
  const numbers = new Set<number>();
  const sockets = new Set<string>();
  let catchAll = false;
  report.each('egress', listeners, (entry, listener, index) => {
    if (listener.port === undefined) {
      if (index !== listeners.length - 1) entry.error('a listener without port must be the last one');
      if (catchAll) entry.error('at most one listener may be without port');
      catchAll = true;
    } else {
      validatePortWords(entry.at('port'), listener.port);
      if (listener.port.number === 0) validateUnixEgress(entry, listener, sockets);
      else {
        entry.at('port', 'number').fault(port(listener.port.number));
        claim(entry.at('port', 'number'), listener.port.number, numbers);
        if (listener.bind !== '') entry.at('bind').fault(ipv4Address(listener.bind));
      }
    }
    entry.at('hosts').require(listener.hosts.length > 0, 'at least one host is required');
    entry.each('hosts', listener.hosts, (item, value) => item.fault(namespacedHost(value, ['*', '.', '~'])));
  });
}

function validateUnixEgress(report: Report, listener: IstioEgressListener, sockets: Set<string>): void {
  if (!listener.bind.startsWith('unix://')) return report.at('bind').error('port 0 means a Unix socket: bind must be "unix://path"');
  report.at('bind').fault(unixPath(listener.bind.slice('unix://'.length)));
  claim(report.at('bind'), listener.bind, sockets);
  report.at('captureMode').require(listener.captureMode !== CaptureMode.IPTABLES, 'a Unix socket cannot be captured by iptables');
}
