// Hosts together with who sees them, as the analyzers compare them (source: galley/pkg/config/analysis/analyzers/util).
import { resolveShortName } from './host.js';

const domain = 'cluster.local';
const serviceHost = /^(.+)\.([^.]+)\.svc\.cluster\.local$/;

/** The Kubernetes service that a host of a rule means: `name.namespace.svc.cluster.local`, or a name in the rule's namespace. */
export function serviceOfHost(host: string, defaultNamespace: string): { readonly namespace: string; readonly name: string } {
  const [, name, namespace] = serviceHost.exec(host) ?? [];
  return name === undefined || namespace === undefined ? { namespace: defaultNamespace, name: host } : { namespace, name };
}

/** `scope/host` with the full host name; the scope is a namespace, or `*` for what everyone sees. */
export function scopedFqdn(scope: string, namespace: string, host: string): string {
  return `${scope}/${host.includes('*') ? host : resolveShortName(host, namespace, domain)}`;
}

export function splitScopedFqdn(scoped: string): { readonly scope: string; readonly fqdn: string } {
  const slash = scoped.indexOf('/');
  return { scope: scoped.slice(0, Math.max(slash, 0)), fqdn: scoped.slice(slash + 1) };
}

/** True unless the object is kept to its namespace; what is neither `.` nor `*` counts as unset. */
export function isExportedToAll(exportTo: readonly string[]): boolean {
  return exportTo.includes('*') || !exportTo.includes('.');
}
