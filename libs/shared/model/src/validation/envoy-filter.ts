import {
  EnvoyFilter_ApplyTo as ApplyTo, EnvoyFilter_Filter_FilterType as FilterType, EnvoyFilter_InsertPosition_Index as Index,
  EnvoyFilter_Patch_Operation as Operation, type EnvoyFilter, type EnvoyFilter_EnvoyConfigObjectMatch, type EnvoyFilter_EnvoyConfigObjectPatch,
  type EnvoyFilter_Filter, type EnvoyFilter_ListenerMatch,
} from '@quartet/api/istio/networking/v1alpha3/envoy_filter';
import { RE2JS } from 're2js';
import { validateEnvoyValue } from './envoy-value.js';
import type { Report } from './report.js';
import { validateWorkloadSelector } from './shared.js';

export function validateEnvoyFilter(report: Report, spec: EnvoyFilter): void {
  validateWorkloadSelector(report, spec.workloadSelector);
  report.each('filters', spec.filters, validateDeprecatedFilter);
  report.each('configPatches', spec.configPatches, validatePatch);
}

function validateDeprecatedFilter(report: Report, filter: EnvoyFilter_Filter): void {
  const position = filter.insertPosition;
  const relative = position?.index === Index.BEFORE || position?.index === Index.AFTER;
  if (relative) report.at('insertPosition', 'relativeTo').require(position.relativeTo !== '', 'BEFORE and AFTER need the name of a filter');
  report.at('filterType').require(filter.filterType !== FilterType.INVALID, 'is required');
  report.at('filterName').require(filter.filterName !== '', 'is required');
  report.at('filterConfig').require(filter.filterConfig !== undefined, 'is required');
}

function validatePatch(report: Report, { applyTo, match, patch }: EnvoyFilter_EnvoyConfigObjectPatch): void {
  if (applyTo === ApplyTo.INVALID) return report.at('applyTo').error('is required');
  if (patch === undefined) return report.at('patch').error('is required');
  if (patch.operation === Operation.INVALID) return report.at('patch', 'operation').error('is required');
  if (patch.operation !== Operation.REMOVE && patch.value === undefined) return report.at('patch', 'value').error('is required unless the operation is REMOVE');
  if (match !== undefined) validateMatch(report.at('match'), match, applyTo);
  if (patch.value !== undefined) validateEnvoyValue(report.at('patch', 'value'), patch.value, messages[applyTo] ?? '');
}

type MatchField = 'listener' | 'routeConfiguration' | 'cluster';

const listenerClass: MatchField = 'listener';
const matchFields: Readonly<Partial<Record<ApplyTo, MatchField>>> = {
  [ApplyTo.LISTENER]: listenerClass, [ApplyTo.FILTER_CHAIN]: listenerClass, [ApplyTo.NETWORK_FILTER]: listenerClass, [ApplyTo.HTTP_FILTER]: listenerClass,
  [ApplyTo.ROUTE_CONFIGURATION]: 'routeConfiguration', [ApplyTo.VIRTUAL_HOST]: 'routeConfiguration', [ApplyTo.HTTP_ROUTE]: 'routeConfiguration',
  [ApplyTo.CLUSTER]: 'cluster',
};

const messages: Readonly<Partial<Record<ApplyTo, string>>> = {
  [ApplyTo.LISTENER]: 'envoy.config.listener.v3.Listener',
  [ApplyTo.FILTER_CHAIN]: 'envoy.config.listener.v3.FilterChain',
  [ApplyTo.NETWORK_FILTER]: 'envoy.config.listener.v3.Filter',
  [ApplyTo.HTTP_FILTER]: 'envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter',
  [ApplyTo.ROUTE_CONFIGURATION]: 'envoy.config.route.v3.RouteConfiguration',
  [ApplyTo.VIRTUAL_HOST]: 'envoy.config.route.v3.VirtualHost',
  [ApplyTo.HTTP_ROUTE]: 'envoy.config.route.v3.Route',
  [ApplyTo.CLUSTER]: 'envoy.config.cluster.v3.Cluster',
};

function validateMatch(report: Report, match: EnvoyFilter_EnvoyConfigObjectMatch, applyTo: ApplyTo): void {
  const version = match.proxy?.proxyVersion ?? '';
  try {
    if (version !== '') RE2JS.compile(version);
  } catch (error) {
    report.at('proxy', 'proxyVersion').error(`is not a regular expression of RE2: ${(error as Error).message}`);
  }
  const wanted = matchFields[applyTo];
  for (const field of ['listener', 'routeConfiguration', 'cluster'] as const) {
    if (match[field] !== undefined && field !== wanted) report.at(field).error(`applyTo ${ApplyTo[applyTo]} is matched by ${wanted ?? 'nothing'}`);
  }
  if (match.listener !== undefined && wanted === listenerClass) validateListenerMatch(report.at('listener'), match.listener, applyTo);
}

/** Either name of the HTTP connection manager: 1.4's or Envoy's current one. */
const connectionManagers: ReadonlySet<string> = new Set(['envoy.http_connection_manager', 'envoy.filters.network.http_connection_manager']);

function validateListenerMatch(report: Report, match: EnvoyFilter_ListenerMatch, applyTo: ApplyTo): void {
  const filter = match.filterChain?.filter;
  if (filter === undefined) return;
  const at = report.at('filterChain', 'filter');
  at.at('name').require(filter.name !== '', 'is required');
  if (filter.subFilter === undefined) return;
  const sub = at.at('subFilter');
  sub.require(applyTo === ApplyTo.HTTP_FILTER, 'needs applyTo HTTP_FILTER');
  sub.require(connectionManagers.has(filter.name), 'needs a match of the filter envoy.http_connection_manager');
  sub.at('name').require(filter.subFilter.name !== '', 'is required');
}
