import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MeshOptions } from './layout.js';
import { isAlive, type ProcessIdentity } from './process-identity.js';

/** What is kept on disk of a mesh that was started, so that others find and end it. */
export interface MeshState {
  readonly supervisor: ProcessIdentity;
  readonly startedAt: string;
  readonly options: MeshOptions;
  /** True once every process was ready. */
  readonly ready: boolean;
  /** Seconds from the start to all-ready. */
  readonly readyAfter?: number;
  /** Parts that the mesh runs without, and why. */
  readonly missing: readonly string[];
  readonly processes: readonly { readonly name: string; readonly identity: ProcessIdentity }[];
}

const fileOf = (stateDir: string) => join(stateDir, 'mesh.json');

export function writeMeshState(state: MeshState): void {
  const file = fileOf(state.options.stateDir);
  mkdirSync(state.options.stateDir, { recursive: true, mode: 0o700 });
  writeFileSync(`${file}.tmp`, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.tmp`, file);
}

export function readMeshState(stateDir: string): MeshState | undefined {
  try {
    return JSON.parse(readFileSync(fileOf(stateDir), 'utf8')) as MeshState;
  } catch {
    return undefined;
  }
}

/** The mesh that runs from this folder, if its supervisor is alive. */
export function findRunningMesh(stateDir: string): MeshState | undefined {
  const state = readMeshState(stateDir);
  return state && isAlive(state.supervisor) ? state : undefined;
}

/** Takes the state folder by writing the first state; false if a state is there already. */
export function claimMeshState(state: MeshState): boolean {
  mkdirSync(state.options.stateDir, { recursive: true, mode: 0o700 });
  try {
    writeFileSync(fileOf(state.options.stateDir), JSON.stringify(state, undefined, 2), { mode: 0o600, flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** @throws with the way out if a mesh runs from this folder. */
export function refuseSecondMesh(stateDir: string): void {
  const running = findRunningMesh(stateDir);
  if (running) throw new Error(`a mesh runs here already (since ${running.startedAt}); see it with: npx quartet status, end it with: npm run down`);
}

export function removeMeshState(stateDir: string): void {
  rmSync(fileOf(stateDir), { force: true });
}
