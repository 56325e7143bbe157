import { readFile } from 'node:fs/promises';
import { normalizeTrustDomain } from '@quartet/pki';
import type { Logger } from '@quartet/nest-kit';
import type { CertificateAuthority } from './ca/certificate-authority.js';
import { FolderCaStore } from './ca/folder-ca-store.js';
import { openPluggedInCa } from './ca/plugged-in.js';
import { RootRotator } from './ca/root-rotator.js';
import { openSelfSignedCa } from './ca/self-signed.js';
import type { CitadelOptions } from './options.js';
import type { Sources } from './sources.js';

/** Fills the authority from the CA that the options name. Returns the rotator of a self-signed root, not yet started. */
export async function openAuthority(authority: CertificateAuthority, options: CitadelOptions, { sources, log }: { sources: Sources; log: Logger }): Promise<RootRotator | undefined> {
  if (!options.selfSignedCa) {
    authority.replace(await openPluggedInCa(requiredFiles(options), sources.now()));
    return undefined;
  }
  const store = new FolderCaStore(options.caDir);
  const selfSigned = {
    ...sources,
    trustDomain: normalizeTrustDomain(options.trustDomain),
    ttlMs: options.selfSignedCaCertTtl,
    keyFamily: options.caKeyType,
    pkcs8: options.pkcs8Keys,
    extraRootsPem: options.rootCert ? await readFile(options.rootCert, 'utf8') : '',
  };
  const { state, created } = await openSelfSignedCa(store, selfSigned);
  log.info({ store: store.location, created }, created ? 'made a self-signed CA' : 'using the stored CA');
  authority.replace(state);
  const { rootCertCheckInterval: checkIntervalMs, rootCertGracePeriodPercentile: gracePeriodPercentile } = options;
  return new RootRotator({ ...selfSigned, store, authority, checkIntervalMs, gracePeriodPercentile, random: sources.random, log });
}

function requiredFiles({ signingCert, signingKey, rootCert, certChain }: CitadelOptions) {
  if (!signingCert || !signingKey || !rootCert) throw new Error('no CA: give --self-signed-ca, or --signing-cert, --signing-key and --root-cert');
  return { signingCert, signingKey, rootCert, certChain };
}
