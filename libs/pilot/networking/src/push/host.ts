import type { ObjectMeta } from '@quartet/model';

export const isWildcard = (host: string): boolean => host.startsWith('*');

/** Symmetric match of two host names, either of which may be `*` or start with `*.`: true if they have a name in common. */
export function hostsMatch(a: string, b: string): boolean {
  if (isWildcard(a)) {
    if (!isWildcard(b)) return b.endsWith(a.slice(1));
    return a.length < b.length ? b.slice(1).endsWith(a.slice(1)) : a.slice(1).endsWith(b.slice(1));
  }
  return isWildcard(b) ? a.endsWith(b.slice(1)) : a === b;
}

/** True if every name that `a` stands for is also one that `b` stands for. */
export function hostSubsetOf(a: string, b: string): boolean {
  if (isWildcard(a)) return isWildcard(b) && b.length <= a.length && a.slice(1).endsWith(b.slice(1));
  return isWildcard(b) ? a.endsWith(b.slice(1)) : a === b;
}

/** Most specific first: no wildcard before wildcard, then the longer, then alphabetically. */
export function compareHosts(a: string, b: string): number {
  if (isWildcard(a) !== isWildcard(b)) return isWildcard(a) ? 1 : -1;
  if (a.length !== b.length) return b.length - a.length;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The first of `sorted` (see compareHosts) that covers `host`. */
export function mostSpecificMatch(host: string, sorted: readonly string[]): string | undefined {
  return sorted.find((candidate) => (isWildcard(host) ? hostSubsetOf(host, candidate) : hostsMatch(host, candidate)));
}

/** `reviews` in namespace ns -> `reviews.ns.svc.<domain>`; names with a dot and `*` stay. */
export function resolveShortName(host: string, meta: ObjectMeta, domain: string): string {
  if (host === '' || host === '*' || host.includes('.')) return host;
  return meta.namespace === '' ? `${host}.svc.${domain}` : `${host}.${meta.namespace}.svc.${domain}`;
}

/** Reference to a Gateway as `namespace/name`; the reserved name `mesh` stays. */
export function resolveGatewayName(gateway: string, meta: ObjectMeta): string {
  if (gateway === 'mesh') return gateway;
  const slash = gateway.indexOf('/');
  if (slash >= 0) return gateway.startsWith('./') ? `${meta.namespace}/${gateway.slice(2)}` : gateway;
  const dot = gateway.indexOf('.');
  if (dot < 0) return `${meta.namespace}/${gateway}`;
  const rest = gateway.slice(dot + 1);
  const end = rest.indexOf('.');
  return `${end < 0 ? rest : rest.slice(0, end)}/${gateway.slice(0, dot)}`;
}

/** True if `labels` has every pair of `selector`; an empty or absent selector selects all. */
export function selects(selector: Readonly<Record<string, string>> | undefined, labels: Readonly<Record<string, string>>): boolean {
  for (const key in selector) if (labels[key] !== selector[key]) return false;
  return true;
}
