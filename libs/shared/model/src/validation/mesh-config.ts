import type { LocalityLoadBalancerSetting, MeshConfig } from '@quartet/api/istio/mesh/v1alpha1/config';
import { port, proxyAddress } from './primitives.js';
import { validateLocality, validateLocalityOverlap } from './locality.js';
import { connectTimeout, validateProxyConfig } from './proxy-config.js';
import type { Report } from './report.js';

export function validateMeshConfig(report: Report, mesh: MeshConfig): void {
  for (const field of ['mixerCheckServer', 'mixerReportServer'] as const) {
    if (mesh[field] !== '') report.at(field).fault(proxyAddress(mesh[field]));
  }
  report.at('proxyListenPort').fault(port(mesh.proxyListenPort));
  report.at('connectTimeout').fault(connectTimeout(mesh.connectTimeout));
  if (mesh.localityLbSetting !== undefined) validateLocalitySetting(report.at('localityLbSetting'), mesh.localityLbSetting);
  if (mesh.defaultConfig === undefined) report.at('defaultConfig').error('is required');
  else validateProxyConfig(report.at('defaultConfig'), mesh.defaultConfig);
}

function validateLocalitySetting(report: Report, { distribute, failover }: LocalityLoadBalancerSetting): void {
  if (distribute.length > 0 && failover.length > 0) report.at('failover').error('excludes distribute');
  validateLocalityOverlap(report, 'distribute', distribute.map((entry) => entry.from));
  report.each('distribute', distribute, (entry, { from, to }) => {
    entry.at('from').fault(validateLocality(from));
    let sum = 0;
    entry.entries('to', to, (item, weight, locality) => {
      item.fault(validateLocality(locality));
      item.require(weight > 0, 'a weight must be above 0');
      sum += weight;
    });
    entry.at('to').require(sum === 100, `the weights must add up to 100, not ${sum}`);
    validateLocalityOverlap(entry, 'to', Object.keys(to));
  });
  report.each('failover', failover, (entry, { from, to }) => {
    entry.at('to').require(from !== to, 'must differ from the region it stands in for');
    entry.at('to').require(!to.includes('*'), 'must not be a wildcard');
    entry.at('from').fault(validateLocality(from));
    entry.at('to').fault(validateLocality(to));
  });
}
