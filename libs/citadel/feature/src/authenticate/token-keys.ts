import { createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { parsePem } from '@quartet/pki';
import { createLocalJWKSet } from 'jose';
import type { JSONWebKeySet, JWTVerifyGetKey } from 'jose';

/**
 * The keys that sign service-account tokens, from a JWKS (JSON) or PEM public keys or certificates; read again when the
 * file changes. PEM keys have no ids: a token is tried against each.
 */
export class TokenKeys {
  private loaded: { stamp: string; keys: readonly (KeyObject | JWTVerifyGetKey)[] } | undefined;

  constructor(readonly file: string) {}

  async get(): Promise<readonly (KeyObject | JWTVerifyGetKey)[]> {
    const { mtimeMs, size, ino } = await stat(this.file);
    const stamp = `${mtimeMs}:${size}:${ino}`;
    if (this.loaded?.stamp !== stamp) this.loaded = { stamp, keys: parseTokenKeys(await readFile(this.file, 'utf8'), this.file) };
    return this.loaded.keys;
  }
}

/** Throws with the file's name if there is no key in the text. */
export function parseTokenKeys(text: string, file: string): (KeyObject | JWTVerifyGetKey)[] {
  try {
    if (text.trimStart().startsWith('{')) return [createLocalJWKSet(JSON.parse(text) as JSONWebKeySet)];
    const keys = parsePem(text).map((block) => createPublicKey(block.text));
    if (keys.length === 0) throw new Error('neither a JWKS nor a PEM public key');
    return keys;
  } catch (cause) {
    throw new Error(`token keys of ${file}: ${(cause as Error).message}`, { cause });
  }
}
