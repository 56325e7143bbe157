import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Layout } from './layout.js';

/** The sample is written for the subnet 127.77, whose applications listen on 127.0.0.1:190NN. */
const SAMPLE_SUBNET = '127.77.';
const SAMPLE_APP_PORT = /127\.0\.0\.1:190(\d\d)/g;
/** Where its gateway listens. */
const SAMPLE_GATEWAY_PORT = /\bnumber: 8080\b/g;

/** Fills the mesh's config folder with the sample's; what stood there before is kept beside it as `config.previous`. */
export function seedConfigFolder(layout: Layout): void {
  if (layout.options.configDir) {
    if (!existsSync(layout.options.configDir)) throw new Error(`--config-dir ${layout.options.configDir}: no such folder`);
    return;
  }
  const folder = layout.configDir();
  const previous = `${folder}.previous`;
  if (existsSync(folder)) {
    rmSync(previous, { recursive: true, force: true });
    renameSync(folder, previous);
  }
  mkdirSync(folder, { recursive: true });
  const sample = join(layout.options.root, 'examples/bookinfo/config');
  for (const file of readdirSync(sample)) writeConfig(layout, join(sample, file), file);
}

/** Puts a file (or each file of a folder) into the config folder at once, so that no half-written file is read; returns the names. */
export function applyConfig(layout: Layout, path: string): string[] {
  const files = readdirIfFolder(path);
  return files.map((file) => writeConfig(layout, file, basename(file)));
}

/** Takes a file that was applied out of the config folder again. */
export function deleteConfig(layout: Layout, path: string): string[] {
  return filesToDelete(path).map((file) => {
    const target = join(layout.configDir(), basename(file));
    if (!existsSync(target)) throw new Error(`${basename(file)} was not applied: it is not in ${layout.configDir()}`);
    rmSync(target);
    return basename(file);
  });
}

function writeConfig(layout: Layout, source: string, name: string): string {
  const text = placeConfig(layout, readFileSync(source, 'utf8'));
  const scratch = join(layout.options.stateDir, `.${name}.tmp`);
  writeFileSync(scratch, text);
  renameSync(scratch, join(layout.configDir(), name));
  return name;
}

/** The text with the mesh's own addresses and ports in the place of the sample's. */
export function placeConfig(layout: Layout, text: string): string {
  return text
    .replaceAll(SAMPLE_SUBNET, `${layout.options.subnet}.`)
    .replaceAll(SAMPLE_APP_PORT, (_all, n: string) => `127.0.0.1:${layout.appPort(Number(n))}`)
    .split(/^(?=---)/m)
    .map((document) => (/^kind: Gateway\b/m.test(document) ? document.replaceAll(SAMPLE_GATEWAY_PORT, `number: ${layout.options.gateway.port}`) : document))
    .join('');
}

/** A file that was applied may be gone by now; its name is enough to take it out. */
function filesToDelete(path: string): string[] {
  return existsSync(path) ? readdirIfFolder(path) : [path];
}

function readdirIfFolder(path: string): string[] {
  if (!existsSync(path)) throw new Error(`${path}: no such file or folder`);
  try {
    return readdirSync(path).filter((file) => /\.ya?ml$/.test(file)).map((file) => join(path, file));
  } catch {
    return [path];
  }
}

