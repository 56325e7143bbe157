import { createPrivateKey, createPublicKey, generateKeyPair, timingSafeEqual } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { PkiError } from './errors.js';
import { parsePem } from './pem.js';

/** The families Istio parses; 1.4 itself only makes RSA 2048. */
export type KeyFamily = 'rsa' | 'ecdsa';

export interface KeyOptions {
  readonly family: KeyFamily;
  /** Bits, at least 2048; 2048 unless given. Ignored for ecdsa, which is P-256. */
  readonly rsaBits?: number;
}

const generate = promisify(generateKeyPair) as unknown as (type: string, options: object) => Promise<{ privateKey: KeyObject }>;

/** Runs on libuv's pool, so that an RSA key does not stall the event loop. */
export async function generateKey({ family, rsaBits = 2048 }: KeyOptions): Promise<KeyObject> {
  if (family === 'ecdsa') return (await generate('ec', { namedCurve: 'prime256v1' })).privateKey;
  if (!Number.isInteger(rsaBits) || rsaBits < 2048 || rsaBits > 8192) throw new PkiError('bad-key', `RSA key of ${rsaBits} bits: 2048 to 8192 are allowed`);
  return (await generate('rsa', { modulusLength: rsaBits, publicExponent: 65537 })).privateKey;
}

/** PKCS#1 (`RSA PRIVATE KEY`) or SEC1 (`EC PRIVATE KEY`) as Citadel writes, or PKCS#8 (`--pkcs8-keys`). */
export function encodePrivateKey(key: KeyObject, format: 'traditional' | 'pkcs8' = 'traditional'): string {
  const type = format === 'pkcs8' ? 'pkcs8' : key.asymmetricKeyType === 'ec' ? 'sec1' : 'pkcs1';
  return key.export({ type, format: 'pem' }) as string;
}

const keyLabels = new Set(['EC PRIVATE KEY', 'RSA PRIVATE KEY', 'PRIVATE KEY']);

/** Reads the first PEM block, which must be a key of a family Istio knows (security/pkg/pki/util/crypto.go). */
export function parsePrivateKey(pem: string): KeyObject {
  const [first] = parsePem(pem);
  if (!first) throw new PkiError('bad-key', 'invalid PEM-encoded key');
  if (!keyLabels.has(first.label)) throw new PkiError('bad-key', `unsupported PEM block type for a private key: ${first.label}`);
  let key: KeyObject;
  try {
    key = createPrivateKey(first.text);
  } catch (cause) {
    throw new PkiError('bad-key', `failed to parse the ${first.label}`, { cause });
  }
  keyFamily(key);
  return key;
}

export function keyFamily(key: KeyObject): KeyFamily {
  if (key.asymmetricKeyType === 'rsa') return 'rsa';
  if (key.asymmetricKeyType === 'ec') return 'ecdsa';
  throw new PkiError('bad-key', `unsupported key type ${key.asymmetricKeyType ?? key.type}: RSA and ECDSA are`);
}

/** DER of the SubjectPublicKeyInfo, of a private or a public key. */
export function publicKeyDer(key: KeyObject): Buffer {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  return publicKey.export({ type: 'spki', format: 'der' });
}

export function samePublicKey(a: KeyObject, b: KeyObject): boolean {
  const [left, right] = [publicKeyDer(a), publicKeyDer(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

const hashOfCurve: Readonly<Record<string, string>> = { prime256v1: 'SHA-256', secp384r1: 'SHA-384', secp521r1: 'SHA-512' };
const webCurve: Readonly<Record<string, string>> = { prime256v1: 'P-256', secp384r1: 'P-384', secp521r1: 'P-521' };

/** The WebCrypto names that a key signs with: RSASSA-PKCS1-v1_5 with SHA-256, or ECDSA with the curve's hash. */
export function signingAlgorithm(key: KeyObject): { name: string; hash: string; namedCurve?: string } {
  if (keyFamily(key) === 'rsa') return { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
  const curve = key.asymmetricKeyDetails?.namedCurve ?? '';
  const hash = hashOfCurve[curve];
  if (!hash) throw new PkiError('bad-key', `unsupported curve ${curve}: P-256, P-384 and P-521 are`);
  return { name: 'ECDSA', hash, namedCurve: webCurve[curve]! };
}
