import type { LoadBalancerSettings } from '@quartet/api/istio/networking/v1alpha3/destination_rule';
import { durationMs, type Proxy, type Service } from '@quartet/model';
import type { PushContext } from '../push/push-context.js';
import type { HashPolicyView } from './route-view.js';

/** consistentHash for one destination: the subset's port level, the subset's, the rule's port level, the rule's. */
export function hashPolicy(push: PushContext, proxy: Proxy, target: { service: Service | undefined; port: number; subset: string }): HashPolicyView | undefined {
  if (!target.service) return undefined;
  const rule = push.destinationRules.ruleFor(proxy.configNamespace, target.service);
  if (!rule) return undefined;
  const subset = rule.spec.subsets.find(({ name }) => name === target.subset);
  const levels = [subset?.trafficPolicy, rule.spec.trafficPolicy].flatMap((policy) => {
    const port = policy?.portLevelSettings.find((entry) => entry.port?.number === target.port);
    return [port?.loadBalancer, policy?.loadBalancer];
  });
  const hash = levels.find((settings): settings is LoadBalancerSettings => settings?.consistentHash !== undefined)?.consistentHash;
  if (hash?.httpHeaderName !== undefined) return { header: hash.httpHeaderName };
  if (hash?.httpCookie) return { cookie: { name: hash.httpCookie.name, path: hash.httpCookie.path, ttlMs: durationMs(hash.httpCookie.ttl) } };
  return hash?.useSourceIp ? { sourceIp: true } : undefined;
}
