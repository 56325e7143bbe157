import { askSupervisor } from '@quartet/local-mesh';
import { type GlobalOptions, requireMesh } from '../workspace.js';

/** Stops, kills or starts one process of the running mesh. */
export async function control(global: GlobalOptions, request: { readonly do: 'stop' | 'start' | 'kill'; readonly name: string }): Promise<void> {
  const { layout } = requireMesh(global);
  const processes = await askSupervisor(layout.socketDir(), request);
  console.log(`${request.name}: ${processes.find(({ name }) => name === request.name)?.state}`);
}
