import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findRunningMesh, Layout, type MeshState } from '@quartet/local-mesh';

/** Options of every command. */
export interface GlobalOptions {
  readonly stateDir: string;
}

/** Root of the workspace that this CLI was built in. */
export const workspaceRoot = (): string => fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '');

export const defaultStateDir = (): string => join(workspaceRoot(), '.quartet');

export const stateDirOf = ({ stateDir }: GlobalOptions): string => resolve(stateDir);

/** The mesh that runs from the state folder. @throws with the way out if there is none. */
export function requireMesh(options: GlobalOptions): { state: MeshState; layout: Layout } {
  const state = findRunningMesh(stateDirOf(options));
  if (!state) throw new Error('no mesh runs here; start one with: npm run up');
  return { state, layout: new Layout(state.options) };
}
