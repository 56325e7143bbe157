import { createHash } from 'node:crypto';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

/** `split`: the four components of Istio before 1.5. `consolidated`: istiod, without Mixer and control bus. */
export const MESH_MODES = ['split', 'consolidated'] as const;
export type MeshMode = (typeof MESH_MODES)[number];

/** What a user may choose of a mesh on one host. */
export interface MeshOptions {
  /** Root of the workspace: where apps/ and examples/ are. */
  readonly root: string;
  /** `split` unless said. */
  readonly mode?: MeshMode;
  /** Folder that keeps the mesh's state: config, logs, keys, mesh.json. */
  readonly stateDir: string;
  /** First two numbers of the loopback addresses, for example `127.77`. */
  readonly subnet: string;
  /** Where the ingress gateway listens. */
  readonly gateway: { readonly host: string; readonly port: number };
  /** Config folder to use as it is, instead of a copy of the sample's. */
  readonly configDir?: string;
  /** Requests a second of the gentle load; 0 for none. */
  readonly load: number;
  readonly prometheus: boolean;
  /** Extra environment of the components, for example log levels. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Addresses and folders of a mesh, all derived from its options. */
export class Layout {
  readonly mode: MeshMode;

  constructor(readonly options: MeshOptions) {
    this.mode = options.mode ?? 'split';
  }

  readonly configDir = (): string => this.options.configDir ?? join(this.options.stateDir, 'config');
  readonly logDir = (): string => join(this.options.stateDir, 'logs');
  readonly workDir = (name: string): string => join(this.options.stateDir, 'run', name);
  readonly secretsDir = (): string => join(this.options.stateDir, 'secrets');
  readonly rootCert = (): string => join(this.options.stateDir, 'run', 'root-cert.pem');
  readonly tokenKey = (): string => join(this.secretsDir(), 'token-public.pem');
  readonly token = (pod: string): string => join(this.secretsDir(), `${pod}.token`);

  /** Unix sockets live in a short path (their length is limited to about 100 bytes). */
  readonly socketDir = (): string => join(tmpdir(), `quartet-${userInfo().uid}-${createHash('sha256').update(this.options.stateDir).digest('hex').slice(0, 8)}`);

  /** Address of a control-plane process. */
  readonly control = (index: number, port: number): string => `${this.options.subnet}.0.${index}:${port}`;
  /** A pod's own IP. */
  readonly podIp = (n: number): string => `${this.options.subnet}.${n}.1`;
  /** Where a pod's Envoy takes the application's outgoing requests. */
  readonly egressIp = (n: number): string => `${this.options.subnet}.${n}.2`;

  /** Where a pod's application listens, on 127.0.0.1; each subnet has a hundred ports of its own, from 19000 for 127.77. */
  readonly appPort = (n: number): number => this.appPortBase() + n;
  readonly appPortBase = (): number => 19_000 + ((Number(this.options.subnet.split('.')[1]) - 77 + 256) % 256) * 100;

  readonly app = (name: string): string => join(this.options.root, 'apps', name, 'dist', 'main.js');
  readonly gatewayUrl = (): string => `http://${this.options.gateway.host}:${this.options.gateway.port}`;
  readonly natsUrl = (): string => `nats://${this.control(6, 4222)}`;
  readonly prometheusUrl = (): string => `http://${this.control(7, 9090)}`;
}
