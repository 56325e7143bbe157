import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { askSupervisor } from '@quartet/local-mesh';
import { type GlobalOptions, requireMesh } from '../workspace.js';

export async function logs(global: GlobalOptions, name: string, { follow }: { readonly follow?: boolean }): Promise<void> {
  const { layout } = requireMesh(global);
  const processes = await askSupervisor(layout.socketDir(), { do: 'list' });
  const found = processes.find((entry) => entry.name === name);
  if (!found) throw new Error(`no process "${name}"; there are: ${processes.map((entry) => entry.name).join(', ')}`);
  const tail = spawn('tail', ['-n', '+1', ...(follow ? ['-F'] : []), found.logFile], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => tail.kill(signal));
  await once(tail, 'exit');
}
