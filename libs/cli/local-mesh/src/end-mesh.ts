import { rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { Layout } from './layout.js';
import { type MeshState, readMeshState, removeMeshState } from './mesh-state.js';
import { isAlive, type ProcessIdentity } from './process-identity.js';

const POLL_MS = 50;

/**
 * Ends the mesh that was started from this folder, and only its processes; what a killed supervisor left is ended too.
 * @returns the number of processes that were ended; undefined if no mesh was there.
 */
export async function endMesh(stateDir: string, timeoutMs = 20_000): Promise<number | undefined> {
  const state = readMeshState(stateDir);
  if (!state) return undefined;
  const running = state.processes.filter(({ identity }) => isAlive(identity)).length;
  if (isAlive(state.supervisor)) await signalAndWait([state.supervisor], 'SIGTERM', timeoutMs);
  await endLeftovers(state);
  rmSync(new Layout(state.options).socketDir(), { recursive: true, force: true });
  removeMeshState(stateDir);
  return running;
}

async function endLeftovers(state: MeshState): Promise<void> {
  const left = [state.supervisor, ...(readMeshState(state.options.stateDir) ?? state).processes.map(({ identity }) => identity)].filter(isAlive);
  await signalAndWait(left, 'SIGTERM', 6_000);
  await signalAndWait(left.filter(isAlive), 'SIGKILL', 2_000);
}

async function signalAndWait(identities: readonly ProcessIdentity[], signal: NodeJS.Signals, timeoutMs: number): Promise<void> {
  for (const { pid } of identities) {
    try {
      process.kill(pid, signal);
    } catch {
      // It ended in between.
    }
  }
  const deadline = Date.now() + timeoutMs;
  while (identities.some(isAlive) && Date.now() < deadline) await delay(POLL_MS);
}
