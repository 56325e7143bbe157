import { PkiError } from './errors.js';

/** A workload's identity, `spiffe://<trustDomain>/ns/<namespace>/sa/<serviceAccount>` (Istio 1.4 pkg/spiffe). */
export interface SpiffeId {
  readonly trustDomain: string;
  readonly namespace: string;
  readonly serviceAccount: string;
}

export const defaultTrustDomain = 'cluster.local';
export const spiffePrefix = 'spiffe://';

/** Istio's rule: an empty domain is `cluster.local`, and every `@` becomes `.` (Google service accounts). */
export function normalizeTrustDomain(trustDomain: string): string {
  return trustDomain === '' ? defaultTrustDomain : trustDomain.replaceAll('@', '.');
}

export function formatSpiffeId(id: SpiffeId): string {
  return `${spiffePrefix}${normalizeTrustDomain(id.trustDomain)}/ns/${id.namespace}/sa/${id.serviceAccount}`;
}

const pattern = /^spiffe:\/\/([^/]+)\/ns\/([^/]+)\/sa\/([^/]+)$/;

/** Throws `bad-spiffe-id` unless the text is a whole Istio workload identity. */
export function parseSpiffeId(text: string): SpiffeId {
  const match = pattern.exec(text);
  if (!match) throw new PkiError('bad-spiffe-id', `${JSON.stringify(text)} is not spiffe://<trust domain>/ns/<namespace>/sa/<service account>`);
  return { trustDomain: match[1]!, namespace: match[2]!, serviceAccount: match[3]! };
}
