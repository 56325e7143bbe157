import type { Proxy } from '@quartet/model';
import type { CompiledView } from './compiled-view.js';
import type { ConfigDiagnostic } from './compiler.js';

/** A connected proxy and what was last compiled for it. */
export class PilotClient {
  view: CompiledView | undefined;
  /** Milliseconds on the monotonic clock; undefined while no push is in progress. */
  pushStartedAt: number | undefined;
  diagnostics: readonly ConfigDiagnostic[] = [];

  constructor(public proxy: Proxy) {}
}
