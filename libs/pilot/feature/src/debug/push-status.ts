import type { ConfigDiagnostic } from '../compiler.js';

export interface DiagnosticEntry extends ConfigDiagnostic {
  /** Ids of the proxies for which it was found; empty for a fault of the configuration as a whole. */
  readonly proxies: readonly string[];
}

export interface ProxyDiagnostics {
  readonly proxy: string;
  readonly diagnostics: readonly ConfigDiagnostic[];
}

/** Joins equal diagnostics of many proxies; errors first, then by object. */
export function joinDiagnostics(context: readonly ConfigDiagnostic[], proxies: Iterable<ProxyDiagnostics>): DiagnosticEntry[] {
  const joined = new Map<string, { diagnostic: ConfigDiagnostic; proxies: Set<string> }>();
  const add = (diagnostic: ConfigDiagnostic, proxy?: string) => {
    const key = JSON.stringify([diagnostic.code, diagnostic.object, diagnostic.field, diagnostic.message]);
    const entry = joined.get(key) ?? { diagnostic, proxies: new Set() };
    if (proxy !== undefined) entry.proxies.add(proxy);
    joined.set(key, entry);
  };
  for (const diagnostic of context) add(diagnostic);
  for (const { proxy, diagnostics } of proxies) for (const diagnostic of diagnostics) add(diagnostic, proxy);
  return [...joined.values()]
    .map(({ diagnostic, proxies: found }) => ({ ...diagnostic, proxies: [...found].sort() }))
    .sort((a, b) => (a.severity === b.severity ? (a.object < b.object ? -1 : a.object > b.object ? 1 : 0) : a.severity === 'error' ? -1 : 1));
}

export interface PushStatus {
  /** Metric -> key (object, listener, host, ...) -> the first proxy that showed it. */
  readonly ProxyStatus: Readonly<Record<string, Readonly<Record<string, { readonly proxy: string; readonly message: string }>>>>;
  readonly Version: string;
}

/** `/debug/push_status`, in Istio 1.4's shape. @param metricOf the push-status metric of a diagnostic's code, '' if none counts it */
export function pushStatus(version: string, entries: readonly DiagnosticEntry[], metricOf: (code: string) => string): PushStatus {
  const status: Record<string, Record<string, { proxy: string; message: string }>> = {};
  for (const { code, object, message, proxies } of entries) {
    const metric = metricOf(code);
    if (metric === '') continue;
    (status[metric] ??= {})[object] ??= { proxy: proxies[0] ?? '', message };
  }
  return { ProxyStatus: status, Version: version };
}
