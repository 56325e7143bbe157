import { askSupervisor, type Layout } from '@quartet/local-mesh';
import { readMeshStatus, renderMeshStatus } from '../mesh-status.js';
import { type GlobalOptions, requireMesh } from '../workspace.js';

export async function status(global: GlobalOptions, { json }: { readonly json?: boolean }): Promise<void> {
  const { layout } = requireMesh(global);
  await printStatus(layout, json);
}

export async function printStatus(layout: Layout, json = false): Promise<void> {
  const processes = await askSupervisor(layout.socketDir(), { do: 'list' });
  const report = await readMeshStatus(layout, processes);
  console.log(json ? JSON.stringify(report, null, 2) : renderMeshStatus(report));
}
