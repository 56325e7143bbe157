import { status } from '@grpc/grpc-js';
import type { sendUnaryData, Server, ServerUnaryCall, ServiceDefinition } from '@grpc/grpc-js';
import { DiscoveryRequest } from '@quartet/api/envoy/service/discovery/v3/discovery';
import { assembleResponse, DiscoveryServer, SDS, SDS_METHOD, SECRET_TYPE } from '@quartet/xds';
import type { ResourceView } from '@quartet/xds';
import type { SdsLog } from './log.js';
import type { SecretManager } from './secret-manager.js';
import { rootResource, secretView, workloadResource } from './secret-resources.js';
import type { SdsStatistics } from './statistics.js';
import type { WorkloadSecret } from './workload-secret.js';

const fetchMethod = '/envoy.service.secret.v3.SecretDiscoveryService/FetchSecrets';
const fetchService: ServiceDefinition = {
  fetch: {
    path: fetchMethod,
    requestStream: false,
    responseStream: false,
    requestSerialize: (request: DiscoveryRequest) => Buffer.from(DiscoveryRequest.encode(request).finish()),
    requestDeserialize: (bytes: Buffer) => DiscoveryRequest.decode(bytes),
    responseSerialize: (bytes: Buffer) => bytes,
    responseDeserialize: (bytes: Buffer) => bytes,
  },
};

export interface SdsServerOptions {
  readonly secrets: SecretManager;
  readonly statistics: SdsStatistics;
  readonly log: SdsLog;
  readonly now: () => number;
}

export interface SdsClientStatus {
  readonly connectionId: string;
  readonly resourceNames: readonly string[];
}

/**
 * envoy.service.secret.v3.SecretDiscoveryService: StreamSecrets and FetchSecrets; DeltaSecrets is unimplemented, as in 1.4.
 * A request that comes before the first certificate waits for it. A NACK is counted and issues nothing.
 */
export class SdsServer {
  private readonly server: DiscoveryServer<null, null>;
  private readonly unsubscribe: () => void;
  private view: ResourceView | undefined;
  private nonce = 0;

  constructor(private readonly options: SdsServerOptions) {
    const { statistics, log } = options;
    this.server = new DiscoveryServer<null, null>({
      method: SDS_METHOD,
      types: [SDS],
      source: { connect: () => null, view: () => this.view },
      merge: () => null,
      maxConnections: 10_000,
      now: options.now,
      events: {
        connected: () => void statistics.activeConnections++,
        disconnected: () => void statistics.activeConnections--,
        sent: () => void statistics.pushes++,
        rejected: (connection, subscription, rejection) => {
          statistics.rejected++;
          log.warn({ connection: connection.id, resources: [...subscription.names], reason: rejection.message }, 'Envoy refused a secret');
        },
        requested: (connection, outcome) => {
          if (outcome === 'subscribe' || outcome === 'resubscribe') this.countUnknown(connection.session.subscription(SECRET_TYPE)?.names ?? new Set());
        },
        failed: (error) => {
          statistics.pushErrors++;
          log.warn({ reason: (error as Error).message }, 'SDS stream refused');
        },
      },
    });
    if (options.secrets.current) this.serve(options.secrets.current);
    this.unsubscribe = options.secrets.subscribe((secret) => this.serve(secret));
  }

  addTo(server: Server): void {
    this.server.addTo(server);
    server.addService(fetchService, { fetch: (call: ServerUnaryCall<DiscoveryRequest, Buffer>, callback: sendUnaryData<Buffer>) => this.fetch(call.request, callback) });
  }

  /** Open streams and what they asked for, as `/debug/sds/workload` shows them. */
  clients(): SdsClientStatus[] {
    return [...this.server.connections].map((connection) => ({
      connectionId: connection.id,
      resourceNames: [...(connection.session.subscription(SECRET_TYPE)?.names ?? [])],
    }));
  }

  /** Version of the secrets that each open stream accepted last. */
  ackedVersions(): string[] {
    return [...this.server.connections].flatMap((connection) => connection.session.subscription(SECRET_TYPE)?.acked?.version ?? []);
  }

  get version(): string | undefined {
    return this.view?.version;
  }

  close(): void {
    this.unsubscribe();
    this.server.close();
  }

  private serve(secret: WorkloadSecret): void {
    this.view = secretView(secret, `${new Date(secret.notBefore).toISOString()}/${secret.serial}`);
    this.server.push(null);
  }

  private fetch(request: DiscoveryRequest, callback: sendUnaryData<Buffer>): void {
    if (request.typeUrl !== '' && request.typeUrl !== SECRET_TYPE) return callback({ code: status.INVALID_ARGUMENT, details: `${request.typeUrl} is no secret` });
    if (!this.view) return callback({ code: status.UNAVAILABLE, details: 'no certificate yet' });
    const set = this.view.set(SECRET_TYPE);
    const resources = request.resourceNames.flatMap((name) => set.get(name) ?? []);
    const head = { versionInfo: this.view.version, typeUrl: SECRET_TYPE, nonce: `fetch-${++this.nonce}` };
    callback(null, assembleResponse(head, resources.map((resource) => resource.field)));
  }

  private countUnknown(names: ReadonlySet<string>): void {
    for (const name of names) {
      if (name === workloadResource || name === rootResource) continue;
      this.options.statistics.unknownResources++;
      this.options.log.warn({ name }, 'a secret was asked for that is none of this workload; the request waits');
    }
  }
}
