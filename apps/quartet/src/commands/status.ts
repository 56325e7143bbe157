import { setTimeout as delay } from 'node:timers/promises';
import { askSupervisor, type Layout } from '@quartet/local-mesh';
import { type MeshStatus, readMeshStatus, renderMeshStatus } from '../mesh-status.js';
import { type GlobalOptions, requireMesh } from '../workspace.js';

/** A component's own word of its readiness comes over the bus a little later than the supervisor sees it. */
const SETTLE_MS = 5_000;
const SETTLE_INTERVAL_MS = 250;

export interface PrintOptions {
  readonly json?: boolean;
  /** Parts that the mesh runs without, and why. */
  readonly missing: readonly string[];
  /** Waits a little for components that are not ready yet, until this aborts. */
  readonly settle?: AbortSignal;
}

export async function status(global: GlobalOptions, { json = false }: { readonly json?: boolean }): Promise<void> {
  const { layout, state } = requireMesh(global);
  await printStatus(layout, { json, missing: state.missing });
}

export async function printStatus(layout: Layout, { json = false, missing, settle }: PrintOptions): Promise<void> {
  const report = { ...(await readStatus(layout, settle)), missing };
  console.log(json ? JSON.stringify(report, undefined, 2) : renderMeshStatus(report));
}

async function readStatus(layout: Layout, settle: AbortSignal | undefined): Promise<Omit<MeshStatus, 'missing'>> {
  const deadline = Date.now() + SETTLE_MS;
  for (;;) {
    const report = await readMeshStatus(layout, await askSupervisor(layout.socketDir(), { do: 'list' }));
    if (!settle || settle.aborted || Date.now() > deadline || report.rows.every(({ ready }) => ready === 'yes')) return report;
    await delay(SETTLE_INTERVAL_MS);
  }
}
