import 'reflect-metadata';
import { createPublicKey, webcrypto } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { publicKeyDer, signingAlgorithm } from './keys.js';

/*
 * The one door to @peculiar/x509, which carries both RSA and ECDSA (node-forge has no ECDSA); signatures are OpenSSL's
 * through WebCrypto. reflect-metadata must be loaded before it.
 */
x509.cryptoProvider.set(webcrypto as never);

export { x509 };

export function signingKey(key: KeyObject): webcrypto.CryptoKey {
  const { name, hash, namedCurve } = signingAlgorithm(key);
  return key.toCryptoKey({ name, hash, namedCurve } as never, true, ['sign']);
}

export function verifyingKey(key: KeyObject): webcrypto.CryptoKey {
  const { name, hash, namedCurve } = signingAlgorithm(key);
  const publicKey = createPublicKey({ key: publicKeyDer(key), format: 'der', type: 'spki' });
  return publicKey.toCryptoKey({ name, hash, namedCurve } as never, true, ['verify']);
}
