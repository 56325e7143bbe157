import type { AttributeSource } from '../attribute-source.js';
import { compileExpression } from '../compile.js';
import type { CompiledExpression, ExprEnv, Language } from '../expression.js';
import type { StringMap, Value } from '../value.js';
import { ValueType } from '../value-type.js';

/** An attribute of each type under a short name, two of most, and some with dots. */
export const manifest: Readonly<Record<string, ValueType>> = {
  s: ValueType.STRING, s2: ValueType.STRING, i: ValueType.INT64, i2: ValueType.INT64, d: ValueType.DOUBLE, d2: ValueType.DOUBLE,
  b: ValueType.BOOL, b2: ValueType.BOOL, t: ValueType.TIMESTAMP, t2: ValueType.TIMESTAMP, ip1: ValueType.IP_ADDRESS, ip2: ValueType.IP_ADDRESS,
  mail: ValueType.EMAIL_ADDRESS, mail2: ValueType.EMAIL_ADDRESS, link: ValueType.URI, link2: ValueType.URI, host: ValueType.DNS_NAME, host2: ValueType.DNS_NAME,
  dur: ValueType.DURATION, m: ValueType.STRING_MAP, m2: ValueType.STRING_MAP,
  'source.name': ValueType.STRING, 'request.headers': ValueType.STRING_MAP, 'constructor.prototype': ValueType.STRING, __proto__x: ValueType.STRING,
};

export function environment(language: Language = 'CEXL'): ExprEnv {
  return { language, attributes: (name) => (Object.hasOwn(manifest, name) ? manifest[name] : undefined), attributeNames: () => Object.keys(manifest) };
}

export function compile(text: string, language: Language = 'CEXL'): CompiledExpression {
  return compileExpression(text, environment(language));
}

export type Bag = AttributeSource & { readonly references: () => string[] };

/** A bag that keeps its references as Mixer does: `name EXACT`, `name ABSENCE`, `map[key] EXACT`... */
export function bagOf(values: Readonly<Record<string, Value>>): Bag {
  const references = new Set<string>();
  const record = (what: string, value: unknown): void => void references.add(`${what} ${value === undefined ? 'ABSENCE' : 'EXACT'}`);
  return {
    get(name) {
      const value = Object.hasOwn(values, name) ? values[name] : undefined;
      if (!(value instanceof Map)) record(name, value);
      return value instanceof Map ? tracked(name, value, record) : value;
    },
    references: () => [...references].toSorted(),
  };
}

function tracked(name: string, map: StringMap, record: (what: string, value: unknown) => void): StringMap {
  return {
    get(key) {
      const value = map.get(key);
      record(`${name}[${key}]`, value);
      return value;
    },
    entries: () => map.entries(),
  };
}

export function evaluate(text: string, values: Readonly<Record<string, Value>> = {}, language: Language = 'CEXL'): Value {
  return compile(text, language).eval(bagOf(values));
}
