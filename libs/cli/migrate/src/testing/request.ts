import type { World } from '../expression/attributes.js';

/** Something that arrives at a workload's sidecar, for tests. */
export interface TestRequest {
  readonly world: World;
  /** In lower case, with `:path`, `:method` and `:authority`. Empty for connections. */
  readonly headers: Readonly<Record<string, string>>;
  /** SPIFFE id without its scheme; absent without a client certificate. */
  readonly principal?: string;
  readonly address: string;
  readonly port: number;
  readonly workload: TestWorkload;
}

export interface TestWorkload {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The service of the port that the request arrives at. */
  readonly service: { readonly host: string; readonly name: string; readonly namespace: string };
}
