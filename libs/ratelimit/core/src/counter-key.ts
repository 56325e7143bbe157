import { createHash } from 'node:crypto';
import type { Entry } from './limit.js';

/** Longer keys are replaced by their hash, so that no client can fill the store with long values. */
const longest = 200;

/** Different (domain, entries) never share a key: what separates them is escaped inside them. */
export function counterKey(domain: string, entries: readonly Entry[]): string {
  const parts = entries.map(({ key, value }) => `${encodeURIComponent(key.toWellFormed())}=${encodeURIComponent(value.toWellFormed())}`);
  const text = `${encodeURIComponent(domain.toWellFormed())}/${parts.join('/')}`;
  return text.length <= longest ? text : `${text.slice(0, 32)}#${createHash('sha256').update(text).digest('hex')}`;
}
