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

export function removeMeshState(stateDir: string): void {
  rmSync(fileOf(stateDir), { force: true });
}
