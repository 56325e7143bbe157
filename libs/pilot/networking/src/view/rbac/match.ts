import { isCidr } from '../addresses.js';
import type { RbacMatch, RbacRule } from '../rbac-view.js';

/** `*` = `wildcard`, `x*` = prefix, `*x` = suffix, else exact. */
export function textMatch(value: string, wildcard: RbacMatch): RbacMatch {
  if (value === '*') return wildcard;
  if (value.startsWith('*')) return { suffix: value.slice(1) };
  return value.endsWith('*') ? { prefix: value.slice(0, -1) } : { exact: value };
}

export const any: RbacRule = Object.freeze({ kind: 'any' });
export const nobody: RbacRule = Object.freeze({ kind: 'not', rule: any });

/** All fields of a permission or principal must hold, one value of each field. */
export const every = (fields: readonly RbacRule[]): RbacRule => ({ kind: 'and', rules: fields });
export const some = (values: readonly RbacRule[]): RbacRule => ({ kind: 'or', rules: values });
export const none = (values: readonly RbacRule[]): RbacRule => ({ kind: 'not', rule: some(values) });

/** A field with its values, and with those it must not have; nothing for an empty list. */
export function field(values: readonly string[], not: readonly string[], make: (value: string) => RbacRule): RbacRule[] {
  return [...(values.length > 0 ? [some(values.map(make))] : []), ...(not.length > 0 ? [none(not.map(make))] : [])];
}

/** A value that is no address, or no port, is met by nobody. */
export const ipRule = (kind: 'source.ip' | 'destination.ip') => (cidr: string): RbacRule => (isCidr(cidr) ? { kind, cidr } : nobody);
export const portRule = (text: string): RbacRule => (/^\d{1,5}$/.test(text) && Number(text) <= 65535 ? { kind: 'destination.port', port: Number(text) } : nobody);

export const header = (name: string) => (value: string): RbacRule => ({ kind: 'header', name, match: textMatch(value, { present: true }) });
