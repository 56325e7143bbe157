/**
 * One fault of user configuration, found while compiling. Never thrown: the rest of the configuration goes on.
 * `object` is `Kind namespace/name` (or a generated resource's name), `field` a path into its spec.
 */
export interface Diagnostic {
  readonly code: DiagnosticCode;
  readonly severity: 'error' | 'warning';
  readonly object: string;
  readonly field: string;
  readonly message: string;
}

/** What can be wrong, each with the push-status metric of Istio 1.4 that counts it ('' = ours). */
export const diagnosticCodes = {
  DUPLICATE_DOMAIN: 'pilot_vservice_dup_domain',
  DUPLICATE_CLUSTER: 'pilot_duplicate_envoy_clusters',
  DUPLICATE_SUBSET: 'pilot_destrule_subsets',
  DUPLICATE_LISTENER: '',
  NO_INSTANCES: 'pilot_eds_no_instances',
  CONFLICT_INBOUND_LISTENER: 'pilot_conflict_inbound_listener',
  CONFLICT_OUTBOUND_TCP_OVER_HTTP: 'pilot_conflict_outbound_listener_tcp_over_current_http',
  CONFLICT_OUTBOUND_TCP_OVER_TCP: 'pilot_conflict_outbound_listener_tcp_over_current_tcp',
  CONFLICT_OUTBOUND_HTTP_OVER_TCP: 'pilot_conflict_outbound_listener_http_over_current_tcp',
  HTTP_OVER_HTTPS_PORT: 'pilot_conflict_outbound_listener_http_over_https',
  GATEWAY_REJECTED: 'pilot_total_rejected_configs',
  UNKNOWN_DESTINATION: '',
  UNKNOWN_ROUTE_TABLE: '',
  INVALID_FIELD: '',
  UNSUPPORTED: '',
  PATCH_FAILED: '',
} as const;
export type DiagnosticCode = keyof typeof diagnosticCodes;

/** Collects diagnostics, each distinct one once, at most `limit` (the rest is counted). */
export class Diagnostics {
  readonly #seen = new Set<string>();
  readonly #list: Diagnostic[] = [];
  #dropped = 0;

  constructor(private readonly limit = 1000) {}

  get list(): readonly Diagnostic[] {
    return this.#list;
  }

  get dropped(): number {
    return this.#dropped;
  }

  error(code: DiagnosticCode, where: { object: string; field?: string }, message: string): void {
    this.add({ code, severity: 'error', object: where.object, field: where.field ?? '', message });
  }

  warn(code: DiagnosticCode, where: { object: string; field?: string }, message: string): void {
    this.add({ code, severity: 'warning', object: where.object, field: where.field ?? '', message });
  }

  add(diagnostic: Diagnostic): void {
    const key = `${diagnostic.code}\n${diagnostic.object}\n${diagnostic.field}\n${diagnostic.message}`;
    if (this.#seen.has(key)) return;
    if (this.#list.length >= this.limit) {
      this.#dropped++;
      return;
    }
    this.#seen.add(key);
    this.#list.push(diagnostic);
  }
}
