import { credentials, makeClientConstructor, Metadata, status } from '@grpc/grpc-js';
import type { Client, ServiceError } from '@grpc/grpc-js';
import { IstioCertificateServiceService } from '@quartet/api/istio/v1/auth/istio_certificate';
import type { IstioCertificateRequest, IstioCertificateResponse } from '@quartet/api/istio/v1/auth/istio_certificate';
import { CaClientError } from './ca-client.js';
import type { CaClient, CertificateSigningRequest } from './ca-client.js';
import type { WorkloadSecret } from './workload-secret.js';

export interface CitadelClientOptions {
  /** `host:port` */
  readonly address: string;
  /** Name that Citadel's certificate must have, whatever address is dialled. */
  readonly serverName?: string;
  /** PEM of the roots that Citadel must chain to; read for every request, since it may not be there yet, or change. */
  readonly readRoot: () => Promise<string>;
  /** The service-account token; read for every request. undefined: the client certificate must do. */
  readonly readToken: () => Promise<string | undefined>;
  /** Time limit of one request. */
  readonly timeoutMs?: number;
}

type CitadelGrpcClient = Client & {
  createCertificate(request: IstioCertificateRequest, metadata: Metadata, options: { deadline: number }, callback: (error: ServiceError | null, response: IstioCertificateResponse) => void): void;
};
const GrpcClient = makeClientConstructor(IstioCertificateServiceService as never, 'IstioCertificateService');

/** Codes that Istio's caclient tries again. */
const retryableCodes = new Set([status.CANCELLED, status.DEADLINE_EXCEEDED, status.RESOURCE_EXHAUSTED, status.ABORTED, status.INTERNAL, status.UNAVAILABLE]);

/** Citadel's CreateCertificate over TLS (Istio 1.4 security/pkg/nodeagent/caclient). A connection a request: there is one in hours. */
export class CitadelClient implements CaClient {
  constructor(private readonly options: CitadelClientOptions) {}

  async sign({ csrPem, ttlMs, present }: CertificateSigningRequest): Promise<readonly string[]> {
    const { address, serverName = 'istio-citadel', timeoutMs = 10_000 } = this.options;
    const [root, token] = await Promise.all([this.read('root certificate', this.options.readRoot), this.read('token', this.options.readToken)]);
    const client = new GrpcClient(address, tls(root, present), { 'grpc.ssl_target_name_override': serverName, 'grpc.default_authority': serverName }) as unknown as CitadelGrpcClient;
    const metadata = new Metadata();
    if (token !== undefined) metadata.set('authorization', `Bearer ${token}`);
    const request = { csr: csrPem, subjectId: '', validityDuration: Math.floor(ttlMs / 1000) };
    try {
      return await new Promise<string[]>((resolve, reject) => {
        client.createCertificate(request, metadata, { deadline: Date.now() + timeoutMs }, (error, response) => (error ? reject(error) : resolve(response.certChain)));
      });
    } catch (cause) {
      const { code, details } = cause as ServiceError;
      throw new CaClientError(`Citadel at ${address}: ${status[code] ?? code}: ${details}`, retryableCodes.has(code), { cause });
    } finally {
      client.close();
    }
  }

  private async read<T>(what: string, read: () => Promise<T>): Promise<T> {
    try {
      return await read();
    } catch (cause) {
      throw new CaClientError(`${what}: ${(cause as Error).message}`, true, { cause });
    }
  }
}

function tls(root: string, present: WorkloadSecret | undefined) {
  try {
    return present
      ? credentials.createSsl(Buffer.from(root), Buffer.from(present.privateKeyPem), Buffer.from(present.certificateChainPem))
      : credentials.createSsl(Buffer.from(root));
  } catch (cause) {
    throw new CaClientError(`root certificate: ${(cause as Error).message}`, true, { cause });
  }
}
