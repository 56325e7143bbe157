import { mappedIpBytes } from './ip.js';
import type { AttributeValue } from './value.js';

/** Keys of the agent's own settings; never attributes. */
const settingPrefix = 'mixer.';

/**
 * Type of an attribute that came as text (context extension, custom tag of the access log); undefined if the text is none,
 * among it `-`, Envoy's mark of a value that is not there.
 */
export function staticAttribute(name: string, text: string): AttributeValue | undefined {
  if (text === '' || text === '-' || name.startsWith(settingPrefix)) return undefined;
  if (name === 'destination.ip') return mappedIpBytes(text);
  if (name === 'destination.port') return /^\d{1,5}$/.test(text) ? Number(text) : undefined;
  return text;
}
