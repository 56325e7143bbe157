import { applyConfig, deleteConfig } from '@quartet/local-mesh';
import { type GlobalOptions, requireMesh } from '../workspace.js';

interface FileOption {
  readonly file: string;
}

/** Puts files into the config folder, which Galley watches. */
export function apply(global: GlobalOptions, { file }: FileOption): void {
  const { layout } = requireMesh(global);
  for (const name of applyConfig(layout, file)) console.log(`${name} applied (in ${layout.configDir()})`);
}

export function remove(global: GlobalOptions, { file }: FileOption): void {
  const { layout } = requireMesh(global);
  for (const name of deleteConfig(layout, file)) console.log(`${name} deleted`);
}
