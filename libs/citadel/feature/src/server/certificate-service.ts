import { status } from '@grpc/grpc-js';
import type { CsrRequest, CsrResponse } from '@quartet/api/istio/v1/auth/istio_ca';
import type { IstioCertificateRequest, IstioCertificateResponse } from '@quartet/api/istio/v1/auth/istio_certificate';
import { parseCsr } from '@quartet/pki';
import { authenticateCaller } from '../authenticate/authenticator.js';
import type { Authenticator, Caller, CallCredentials } from '../authenticate/authenticator.js';
import { CaError, grpcCodeOf } from '../ca/ca-error.js';
import type { SignedCertificate, SignRequest } from '../ca/certificate-authority.js';
import type { CitadelMetrics } from '../metrics.js';
import { GrpcStatusError } from './grpc-status-error.js';

export interface CertificateSigner {
  sign(request: SignRequest): Promise<SignedCertificate>;
}

export interface CertificateServiceOptions {
  readonly signer: CertificateSigner;
  readonly authenticators: readonly Authenticator[];
  readonly metrics: CitadelMetrics;
  /** HandleCSR issues CA certificates (`--sign-ca-certs`); CreateCertificate never does. */
  readonly signCaCerts: boolean;
  readonly log: { info(fields: object, message: string): void; warn(fields: object, message: string): void };
  readonly onIssued: (issued: { identities: readonly string[]; serial: string; notAfter: string; source: Caller['source'] }) => void;
}

/** CSRs being authenticated or signed at once; further ones are RESOURCE_EXHAUSTED, which agents retry. */
const maxInFlight = 256;
const maxCsrLength = 64 * 1024;

/** Both of Citadel's services (security/pkg/server/ca/server.go). No authorizer: one gets one's own identity, whatever the CSR says. */
export class CertificateService {
  private inFlight = 0;

  constructor(private readonly options: CertificateServiceOptions) {}

  async createCertificate(request: IstioCertificateRequest, credentials: CallCredentials): Promise<IstioCertificateResponse> {
    return this.handle('IstioCertificateService', 'CreateCertificate', async () => {
      const caller = await this.authenticate(credentials, 'request authenticate failure');
      assertLength(request.csr.length);
      const signed = await this.sign({ csrPem: request.csr, identities: caller.identities, ttlMs: request.validityDuration * 1000 }, grpcCodeOf);
      this.issued(caller, signed);
      const chain = signed.chainPem === '' ? [] : [signed.chainPem];
      return { certChain: [signed.leaf.pem, ...chain, signed.rootPem] };
    });
  }

  async handleCsr(request: CsrRequest, credentials: CallCredentials): Promise<CsrResponse> {
    return this.handle('IstioCAService', 'HandleCSR', async () => {
      const message = 'request authenticate failure, no caller identity';
      const caller = await this.authenticate(credentials, message);
      if (caller.identities.length === 0) throw this.unauthenticated(message);
      assertLength(request.csrPem.length);
      const csrPem = Buffer.from(request.csrPem).toString('latin1');
      this.assertSan(csrPem);
      const ttlMs = request.requestedTtlMinutes * 60_000;
      const codeOf = (kind: CaError['kind']) => (kind === 'CSR_ERROR' ? status.INVALID_ARGUMENT : status.INTERNAL);
      const signed = await this.sign({ csrPem, identities: caller.identities, ttlMs, forCa: this.options.signCaCerts }, codeOf);
      this.issued(caller, signed);
      return { isApproved: true, status: undefined, signedCert: Buffer.from(signed.leaf.pem), certChain: Buffer.from(signed.chainPem) };
    });
  }

  private async handle<T>(service: string, method: string, run: () => Promise<T>): Promise<T> {
    const { metrics } = this.options;
    metrics.csrs.inc();
    let code: number = status.OK;
    try {
      if (this.inFlight >= maxInFlight) {
        metrics.overloads.inc();
        throw new GrpcStatusError(status.RESOURCE_EXHAUSTED, `${maxInFlight} CSRs are being signed already; try again`);
      }
      this.inFlight++;
      try {
        return await run();
      } finally {
        this.inFlight--;
      }
    } catch (error) {
      code = error instanceof GrpcStatusError ? error.code : status.INTERNAL;
      throw error instanceof GrpcStatusError ? error : new GrpcStatusError(status.INTERNAL, 'internal error', { cause: error });
    } finally {
      metrics.handled.inc({ grpc_service: `istio.v1.auth.${service}`, grpc_method: method, grpc_code: status[code] ?? 'Unknown' });
    }
  }

  private async authenticate(credentials: CallCredentials, message: string): Promise<Caller> {
    const { caller, reasons } = await authenticateCaller(this.options.authenticators, credentials);
    if (caller) return caller;
    this.options.log.warn({ reasons }, message);
    throw this.unauthenticated(message);
  }

  private unauthenticated(message: string): GrpcStatusError {
    this.options.metrics.authenticationFailures.inc();
    return new GrpcStatusError(status.UNAUTHENTICATED, message);
  }

  private assertSan(csrPem: string): void {
    const { metrics } = this.options;
    try {
      if (parseCsr(csrPem).identities) return;
    } catch (cause) {
      metrics.csrParsingErrors.inc();
      throw new GrpcStatusError(status.INVALID_ARGUMENT, `CSR parsing error (${(cause as Error).message})`, { cause });
    }
    metrics.idExtractionErrors.inc();
    throw new GrpcStatusError(status.INVALID_ARGUMENT, 'CSR identity extraction error (the SAN extension does not exist)');
  }

  private async sign(request: SignRequest, codeOf: (kind: CaError['kind']) => number): Promise<SignedCertificate> {
    try {
      return await this.options.signer.sign(request);
    } catch (cause) {
      const kind = cause instanceof CaError ? cause.kind : 'UNKNOWN';
      this.options.metrics.signError(kind);
      this.options.log.warn({ kind, err: cause, identities: request.identities }, 'CSR signing error');
      throw new GrpcStatusError(codeOf(kind), `CSR signing error (${(cause as Error).message})`, { cause });
    }
  }

  private issued({ source, identities }: Caller, { leaf }: SignedCertificate): void {
    const issued = { identities, source, serial: leaf.serial, notAfter: new Date(leaf.notAfter).toISOString() };
    this.options.metrics.issued.inc();
    this.options.log.info(issued, 'certificate issued');
    this.options.onIssued(issued);
  }
}

function assertLength(length: number): void {
  if (length > maxCsrLength) throw new GrpcStatusError(status.INVALID_ARGUMENT, `CSR signing error (a CSR of ${length} bytes; ${maxCsrLength} are allowed)`);
}
