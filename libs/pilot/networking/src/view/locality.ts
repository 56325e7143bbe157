import type { LocalityLoadBalancerSetting } from '@quartet/api/istio/mesh/v1alpha1/config';
import type { LocalityEndpointsView } from './cluster-view.js';

/** `*` and missing parts of a pattern match everything; an empty pattern matches nothing but an empty locality. */
export function localityMatches(locality: string, pattern: string): boolean {
  const [region = '', zone = '', subzone = ''] = pattern.split('/');
  const [ownRegion = '', ownZone = '', ownSubzone = ''] = locality.split('/');
  if (region === '*') return true;
  if (region !== ownRegion) return false;
  if (zone === '' || zone === '*') return true;
  if (zone !== ownZone) return false;
  return subzone === '' || subzone === '*' || subzone === ownSubzone;
}

/**
 * The mesh's locality settings applied to the groups of one cluster, as seen from `from` (source: pilot/pkg/networking/core/v1alpha3/loadbalancer).
 * @param failover priorities are only given where outlier detection can find a locality unhealthy.
 */
export function applyLocality(groups: readonly LocalityEndpointsView[], from: string, options: { setting: LocalityLoadBalancerSetting | undefined; failover: boolean }): readonly LocalityEndpointsView[] {
  const { setting, failover } = options;
  if (!setting || from === '') return groups;
  if (setting.distribute.length > 0) {
    const rule = setting.distribute.find((entry) => localityMatches(from, entry.from));
    return rule ? distribute(groups, rule.to) : groups;
  }
  return failover ? prioritize(groups, from, setting.failover) : groups;
}

function distribute(groups: readonly LocalityEndpointsView[], to: Readonly<Record<string, number>>): LocalityEndpointsView[] {
  const unmatched = new Set(groups);
  const weights = new Map<LocalityEndpointsView, number>();
  for (const [pattern, share] of Object.entries(to)) {
    const matched = [...unmatched].filter((group) => localityMatches(group.locality, pattern));
    const total = matched.reduce((sum, group) => sum + (group.weight ?? 1), 0);
    for (const group of matched) {
      unmatched.delete(group);
      weights.set(group, Math.ceil(((group.weight ?? 1) * share) / total));
    }
  }
  return groups.map((group) => (unmatched.has(group) ? { ...group, endpoints: [] } : { ...group, weight: weights.get(group) ?? group.weight }));
}

function prioritize(groups: readonly LocalityEndpointsView[], from: string, failovers: LocalityLoadBalancerSetting['failover']): LocalityEndpointsView[] {
  const [region = '', zone = '', subzone = ''] = from.split('/');
  const rank = (locality: string): number => {
    const [otherRegion = '', otherZone = '', otherSubzone = ''] = locality.split('/');
    if (otherRegion !== region) {
      const redirected = failovers.find((entry) => entry.from === region);
      return redirected && redirected.to !== otherRegion ? 4 : 3;
    }
    if (otherZone !== zone) return 2;
    return otherSubzone === subzone ? 0 : 1;
  };
  const ranks = groups.map((group) => rank(group.locality));
  const used = [...new Set(ranks)].sort((a, b) => a - b);
  return groups.map((group, i) => ({ ...group, priority: used.indexOf(ranks[i] ?? 0) }));
}
