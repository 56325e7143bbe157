import { isIp, type Proxy, type Service } from '@quartet/model';
import { Resolution } from '@quartet/model';

/** Names under which a service is asked for, seen from the proxy's namespace (source: generateVirtualHostDomains). */
export function serviceDomains(service: Service, port: number, proxy: Proxy): string[] {
  const names = [service.hostname, ...shorterNames(service.hostname, proxy.dnsDomain)];
  const domains = names.flatMap((name) => [name, `${name}:${port}`]);
  if (service.resolution === Resolution.Passthrough && service.attributes.serviceRegistry === 'Kubernetes') {
    domains.push(...domains.map((domain) => `*.${domain}`));
  }
  const vip = service.clusterVIPs[proxy.clusterId] ?? service.address;
  if (vip !== '' && vip !== '0.0.0.0' && !vip.includes('/')) {
    const literal = isIp(vip) && vip.includes(':') ? `[${vip}]` : vip;
    domains.push(literal, `${literal}:${port}`);
  }
  return domains;
}

/**
 * `a.ns.svc.cluster.local` seen from `ns.svc.cluster.local`: a, a.ns.svc.cluster, a.ns.svc, a.ns. The part that both do
 * not share stays whole; of the shared suffix each shorter form is a name.
 */
function shorterNames(hostname: string, proxyDomain: string): string[] {
  const labels = hostname.split('.');
  const own = proxyDomain.split('.');
  let shared = 0;
  while (shared < labels.length && shared < own.length && labels.at(-1 - shared) === own.at(-1 - shared)) shared++;
  if (shared === 0 || shared === labels.length) return [];
  const unique = labels.slice(0, labels.length - shared).join('.');
  const suffix = labels.slice(labels.length - shared);
  const names = [unique];
  for (let length = suffix.length - 1; length > 0; length--) names.push(`${unique}.${suffix.slice(0, length).join('.')}`);
  return names;
}
