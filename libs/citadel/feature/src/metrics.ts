import { Counter, Gauge } from 'prom-client';
import type { Registry } from 'prom-client';
import type { CaErrorKind } from './ca/ca-error.js';

/** Names of Istio 1.4 (security/pkg/server/ca/monitoring.go). Here CreateCertificate counts too, which 1.4 forgets. */
export class CitadelMetrics {
  readonly csrs: Counter;
  readonly authenticationFailures: Counter;
  readonly csrParsingErrors: Counter;
  readonly idExtractionErrors: Counter;
  readonly signErrors: Counter<'error'>;
  readonly issued: Counter;
  readonly overloads: Counter;
  readonly rootExpiry: Gauge;
  readonly handled: Counter<'grpc_service' | 'grpc_method' | 'grpc_code'>;

  constructor(registry: Registry) {
    const registers = [registry];
    const counter = (name: string, help: string) => new Counter({ name, help, registers });
    this.csrs = counter('citadel_server_csr_count', 'The number of CSRs received by Citadel server.');
    this.authenticationFailures = counter('citadel_server_authentication_failure_count', 'The number of authentication failures.');
    this.csrParsingErrors = counter('citadel_server_csr_parsing_err_count', 'The number of errors occurred when parsing the CSR.');
    this.idExtractionErrors = counter('citadel_server_id_extraction_err_count', 'The number of errors occurred when extracting the ID from CSR.');
    this.signErrors = new Counter({ name: 'citadel_server_csr_sign_err_count', help: 'The number of errors occurred when signing the CSR.', labelNames: ['error'], registers });
    this.issued = counter('citadel_server_success_cert_issuance_count', 'The number of certificates issuances that have succeeded.');
    this.overloads = counter('citadel_server_overload_count', 'The number of CSRs refused because too many were being signed.');
    this.rootExpiry = new Gauge({ name: 'citadel_server_root_cert_expiry_timestamp', help: 'The unix timestamp, in seconds, when the root certificate expires; -1 on error.', registers });
    this.rootExpiry.set(-1);
    this.handled = new Counter({ name: 'grpc_server_handled_total', help: 'RPCs completed on the server, whatever their outcome.', labelNames: ['grpc_service', 'grpc_method', 'grpc_code'], registers });
  }

  signError(error: CaErrorKind): void {
    this.signErrors.inc({ error });
  }
}
