/** How it is known that a process is ready. */
export type ReadyWhen =
  | { readonly kind: 'http'; readonly url: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number };

/** One process of the mesh: what is run, where it listens, and when it is ready. */
export interface ProcessSpec {
  readonly name: string;
  /** What a person sees it as: `control plane`, `workload`, `sidecar`, `bus`, `metrics`, `load`. */
  readonly role: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Working folder of its own, made before the start. */
  readonly workDir: string;
  /** Addresses that must be free before the start, `host:port`. */
  readonly listens: readonly string[];
  /** The address that a person would name. */
  readonly address: string;
  /** Where it serves /ready and /version, if it is one of ours that does: `host:port`. */
  readonly monitoring?: string;
  readonly ready?: ReadyWhen;
  /** A signal that asks it to end; SIGTERM unless said. */
  readonly stopSignal?: NodeJS.Signals;
}
