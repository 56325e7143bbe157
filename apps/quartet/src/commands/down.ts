import { endMesh } from '@quartet/local-mesh';
import { type GlobalOptions, stateDirOf } from '../workspace.js';

export async function down(global: GlobalOptions): Promise<void> {
  const ended = await endMesh(stateDirOf(global));
  console.log(ended === undefined ? 'no mesh was running here' : `mesh ended (${ended} processes)`);
}
