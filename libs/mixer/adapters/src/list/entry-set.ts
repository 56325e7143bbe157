import { ip16, parseIp } from '@quartet/mixer-adapter-sdk';
import { RE2JS } from 're2js';
import { parse } from 'yaml';

export type ListEntryType = 'STRINGS' | 'CASE_INSENSITIVE_STRINGS' | 'IP_ADDRESSES' | 'REGEX';

/** A loaded list. */
export interface EntrySet {
  readonly size: number;
  has(value: string): boolean;
}

/** The value cannot be in a list of this type: an address list asked about what is no address. */
export class InvalidEntryError extends Error {
  override readonly name = 'InvalidEntryError';
}

/**
 * Reads a list as its provider serves it, with the overrides added: lines, or for IP_ADDRESSES YAML with the key
 * `whitelist`.
 * @throws Error saying which entry is not one
 */
export function parseEntries(type: ListEntryType, text: string, overrides: readonly string[]): EntrySet {
  switch (type) {
    case 'STRINGS':
      return stringSet([...lines(text), ...overrides], (value) => value);
    case 'CASE_INSENSITIVE_STRINGS':
      return stringSet([...lines(text), ...overrides], (value) => value.toUpperCase());
    case 'REGEX':
      return regexSet([...lines(text).map((line) => regex(line, '')), ...overrides.map((entry) => regex(entry, 'override '))]);
    case 'IP_ADDRESSES':
      return addressSet([...whitelist(text).map((entry) => subnet(entry, '')), ...overrides.map((entry) => subnet(entry, 'override '))]);
  }
}

function lines(text: string): string[] {
  return text.split('\n').map((line) => line.trim()).filter((line) => line !== '');
}

function stringSet(entries: readonly string[], fold: (value: string) => string): EntrySet {
  const set = new Set(entries.map(fold));
  return { size: set.size, has: (value) => set.has(fold(value)) };
}

function regexSet(patterns: readonly RE2JS[]): EntrySet {
  return { size: patterns.length, has: (value) => patterns.some((pattern) => pattern.matcher(value).find()) };
}

function regex(text: string, what: string): RE2JS {
  try {
    return RE2JS.compile(text);
  } catch (error) {
    throw new Error(`could not parse regex ${what}${text}: ${(error as Error).message}`, { cause: error });
  }
}

function whitelist(text: string): string[] {
  if (text === '') return [];
  const document: unknown = parse(text);
  const entries = typeof document === 'object' && document !== null && !Array.isArray(document) ? (document as Record<string, unknown>)['whitelist'] : undefined;
  if (entries === undefined || entries === null) {
    if (typeof document === 'object' && document !== null && !Array.isArray(document)) return [];
    throw new Error('could not unmarshal data from list: no mapping with the key whitelist');
  }
  if (!Array.isArray(entries)) throw new Error('could not unmarshal data from list: whitelist is no sequence');
  return entries.map(String);
}

interface Subnet {
  readonly address: Uint8Array;
  readonly bits: number;
}

function addressSet(subnets: readonly Subnet[]): EntrySet {
  return {
    size: subnets.length,
    has(value) {
      const parsed = parseIp(value);
      const address = parsed && ip16(parsed);
      if (!address) throw new InvalidEntryError(`${value} is not a valid IP address`);
      return subnets.some((net) => contains(net, address));
    },
  };
}

function subnet(text: string, what: string): Subnet {
  const [address = '', length] = (text.includes('/') ? text : `${text}/32`).split('/');
  const bytes = parseIp(address);
  const bits = Number(length);
  if (!bytes || !/^\d+$/.test(length ?? '') || bits > bytes.length * 8) {
    throw new Error(`could not parse ip address ${what}${text}: invalid CIDR address: ${text.includes('/') ? text : `${text}/32`}`);
  }
  return { address: ip16(bytes) ?? bytes, bits: bytes.length === 4 ? bits + 96 : bits };
}

function contains({ address, bits }: Subnet, candidate: Uint8Array): boolean {
  const whole = bits >> 3;
  for (let i = 0; i < whole; i++) if (address[i] !== candidate[i]) return false;
  const rest = bits & 7;
  return rest === 0 || (((address[whole] ?? 0) ^ (candidate[whole] ?? 0)) & (0xff << (8 - rest)) & 0xff) === 0;
}
