import { EvalError } from '../errors.js';
import { dnsName, dnsNameEqual } from './dns-name.js';
import { parseAddress } from './mail-address.js';

/**
 * `email("a@b.c")`: the text as it is, if it is one RFC 5322 address without display name whose domain is a dnsName.
 * @throws EvalError
 */
export function email(text: string): string {
  const address = converted(text, () => parseAddress(text));
  if (address.name !== '') throw new EvalError(`error converting '${text}' to e-mail: display names are not allowed`);
  converted(text, () => dnsName(emailParts(address.address).domain));
  return text;
}

function converted<T>(text: string, convert: () => T): T {
  try {
    return convert();
  } catch (error) {
    if (!(error instanceof EvalError)) throw error;
    throw new EvalError(`error converting '${text}' to e-mail: '${error.message}'`);
  }
}

/**
 * Local parts compare exactly (quotes aside), domains as DNS names.
 * @throws EvalError if one of them is no address
 */
export function emailEqual(left: string, right: string): boolean {
  const a = emailParts(parseAddress(left).address);
  const b = emailParts(parseAddress(right).address);
  return dnsNameEqual(a.domain, b.domain) && a.local === b.local;
}

/** Split at the first `@`; without one all is the local part. */
export function emailParts(address: string): { local: string; domain: string } {
  const at = address.indexOf('@');
  return at < 0 ? { local: address, domain: '' } : { local: address.slice(0, at), domain: address.slice(at + 1) };
}
