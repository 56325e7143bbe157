import type { MeshConfig } from '@quartet/api/istio/mesh/v1alpha1/config';
import type { DestinationRule } from '@quartet/api/istio/networking/v1alpha3/destination_rule';
import { host as hostNames, type ConfigObject, type ConfigSnapshot, type Service } from '@quartet/model';
import type { Diagnostics } from '../diagnostics.js';
import { byAge, collections, isPrivate, objectName } from './config-list.js';

export type DestinationRuleObject = ConfigObject<DestinationRule>;

/** Rules by the namespace they stand in, several for one host merged. Immutable. */
export interface DestinationRuleIndex {
  /** The rule that a proxy of `namespace` uses for a service: its own namespace's, else the service's, else the root namespace's. */
  ruleFor(namespace: string, service: Service): DestinationRuleObject | undefined;
}

interface Pool {
  readonly rules: Map<string, DestinationRuleObject>;
  /** Most specific first. */
  wildcards: readonly string[];
}

export function indexDestinationRules(config: ConfigSnapshot, mesh: MeshConfig, options: { domain: string; diagnostics: Diagnostics }): DestinationRuleIndex {
  const local = new Map<string, Pool>();
  const exported = new Map<string, Pool>();
  for (const object of [...config.list<DestinationRule>(collections.destinationRules)].sort(byAge)) {
    const host = hostNames.resolveShortName(object.spec.host, object.metadata.namespace, options.domain);
    const rule = { ...object, spec: { ...object.spec, host } };
    merge(pool(local, object.metadata.namespace), rule, options.diagnostics);
    if (!isPrivate(object.spec.exportTo, mesh.defaultDestinationRuleExportTo)) merge(pool(exported, object.metadata.namespace), rule);
  }
  for (const entry of [...local.values(), ...exported.values()]) entry.wildcards = hostNames.sort([...entry.rules.keys()].filter(hostNames.isWildcard));
  return {
    ruleFor(namespace, service) {
      return (
        (namespace === mesh.rootNamespace ? undefined : find(local.get(namespace), service.hostname)) ??
        find(exported.get(service.attributes.namespace), service.hostname) ??
        find(exported.get(mesh.rootNamespace), service.hostname)
      );
    },
  };
}

function pool(pools: Map<string, Pool>, namespace: string): Pool {
  let entry = pools.get(namespace);
  if (!entry) pools.set(namespace, (entry = { rules: new Map(), wildcards: [] }));
  return entry;
}

function find(entry: Pool | undefined, hostname: string): DestinationRuleObject | undefined {
  if (!entry) return undefined;
  const exact = entry.rules.get(hostname);
  if (exact) return exact;
  const wildcard = entry.wildcards.find((candidate) => hostNames.subsetOf(hostname, candidate));
  return wildcard === undefined ? undefined : entry.rules.get(wildcard);
}

/** The oldest rule of a host wins its policy and subsets; later ones add what it lacks. */
function merge(entry: Pool, rule: DestinationRuleObject, diagnostics?: Diagnostics): void {
  const first = entry.rules.get(rule.spec.host);
  if (!first) {
    entry.rules.set(rule.spec.host, rule);
    return;
  }
  const names = new Set(first.spec.subsets.map((subset) => subset.name));
  const added = rule.spec.subsets.filter((subset) => !names.has(subset.name));
  for (const subset of rule.spec.subsets) {
    if (names.has(subset.name)) {
      diagnostics?.warn('DUPLICATE_SUBSET', { object: objectName(rule), field: `subsets[${subset.name}]` }, `host ${rule.spec.host}: ${objectName(first)} defines this subset already`);
    }
  }
  const spec = { ...first.spec, trafficPolicy: first.spec.trafficPolicy ?? rule.spec.trafficPolicy, subsets: [...first.spec.subsets, ...added] };
  entry.rules.set(rule.spec.host, { ...first, spec });
}
