import { readFile } from 'node:fs/promises';
import { trustBundle, verifySigningMaterial } from '@quartet/pki';
import type { CaState } from './ca-state.js';

/** Paths; `certChain` is optional. */
export interface PluggedInFiles {
  readonly signingCert: string;
  readonly signingKey: string;
  readonly rootCert: string;
  readonly certChain?: string | undefined;
}

/** Reads and verifies the operator's own CA (`--signing-cert` and so on). Any fault is fatal, named with its file. */
export async function openPluggedInCa(files: PluggedInFiles, now: number): Promise<CaState> {
  const [certificatePem, keyPem, rootPem] = await Promise.all([read('signing-cert', files.signingCert), read('signing-key', files.signingKey), read('root-cert', files.rootCert)]);
  const chainPem = files.certChain ? await read('cert-chain', files.certChain) : '';
  try {
    const key = verifySigningMaterial({ certificatePem, keyPem, chainPem, rootPem }, now);
    return { signer: { certificatePem, key }, chainPem, roots: trustBundle(rootPem) };
  } catch (cause) {
    throw new Error(`the CA of ${files.signingCert}, ${files.signingKey}, ${files.rootCert} can't be used: ${(cause as Error).message}`, { cause });
  }
}

async function read(flag: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new Error(`--${flag} ${path}: ${(cause as Error).message}`, { cause });
  }
}
