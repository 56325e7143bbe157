// Host names as Istio compares them (source: pkg/config/host). A wildcard is a leading `*`: `*`, `*.example.com`, `*-a.b`.

export function isWildcard(host: string): boolean {
  return host.startsWith('*');
}

/** True if some host name is covered by both; symmetric. `*.foo.com` does not match `foo.com`. */
export function matches(a: string, b: string): boolean {
  if (isWildcard(a) && isWildcard(b)) {
    const [longer, shorter] = a.length >= b.length ? [a, b] : [b, a];
    return longer.endsWith(shorter.slice(1));
  }
  return subsetOf(a, b) || subsetOf(b, a);
}

/** True if `b` covers every name that `a` covers. */
export function subsetOf(a: string, b: string): boolean {
  if (!isWildcard(b)) return a === b;
  return (isWildcard(a) ? a.slice(1) : a).endsWith(b.slice(1));
}

/** Most specific first: names before wildcards, longer before shorter, then alphabetical. */
export function compare(a: string, b: string): number {
  const wildcards = Number(isWildcard(a)) - Number(isWildcard(b));
  if (wildcards !== 0) return wildcards;
  if (a.length !== b.length) return b.length - a.length;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A sorted copy, most specific first. */
export function sort(hosts: readonly string[]): string[] {
  return hosts.toSorted(compare);
}

/** What both lists cover: of each matching pair the narrower one, in the order of `a`, without duplicates. */
export function intersection(a: readonly string[], b: readonly string[]): string[] {
  const common = new Set<string>();
  for (const host of a) {
    for (const other of b) {
      if (subsetOf(host, other)) {
        common.add(host);
        break;
      }
      if (subsetOf(other, host)) common.add(other);
    }
  }
  return [...common];
}

/** `[namespace/]host` split; a host without a namespace has `*`. */
export function splitNamespace(host: string): { readonly namespace: string; readonly host: string } {
  const slash = host.indexOf('/');
  return slash < 0 ? { namespace: '*', host } : { namespace: host.slice(0, slash), host: host.slice(slash + 1) };
}

/** Of a list of `[namespace/]host`, the hosts that a namespace may serve. */
export function forNamespace(hosts: readonly string[], namespace: string): string[] {
  return hosts.map(splitNamespace).filter((entry) => entry.namespace === '*' || entry.namespace === namespace).map((entry) => entry.host);
}

/**
 * A host of a rule as a full name: a short one gets the namespace of the rule, never that of the caller.
 * @param domain DNS domain of the mesh, for example `cluster.local`; without one short names stay short.
 */
export function resolveShortName(host: string, namespace: string, domain: string): string {
  if (host === '' || host.includes('.') || host === '*' || domain === '') return host;
  return namespace === '' ? `${host}.svc.${domain}` : `${host}.${namespace}.svc.${domain}`;
}

/** A gateway named in a rule as `namespace/name`, or the reserved `mesh`. */
export function resolveGateway(gateway: string, namespace: string): string {
  if (gateway === 'mesh') return gateway;
  const slash = gateway.indexOf('/');
  if (slash >= 0) return gateway.startsWith('./') ? `${namespace}/${gateway.slice(2)}` : gateway;
  const [name = '', owner] = gateway.split('.');
  return `${owner ?? namespace}/${name}`;
}
