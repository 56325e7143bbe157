import { Duration } from '../duration.js';
import { EvalError } from '../errors.js';
import { dnsName } from '../externs/dns-name.js';
import { email } from '../externs/email.js';
import { ip } from '../externs/ip.js';
import { matches } from '../externs/regex.js';
import { match, toLower } from '../externs/text.js';
import { uri } from '../externs/uri.js';
import { Timestamp } from '../timestamp.js';
import { ValueType } from '../value-type.js';
import { add, compare, divide, modulo, multiply, negate, subtract } from './arithmetic.js';
import { emptyMap } from './attribute-values.js';
import { conversions } from './conversions.js';
import { AttributeMap, CelMap, equal, typeName, Wrapped, type CelValue } from './values.js';

/** Strict functions: the target, if there is one, is the first argument. The lazy ones are evaluate.ts's. */
export type CelFunction = (...args: readonly CelValue[]) => CelValue;

function text(value: CelValue | undefined): string {
  if (typeof value !== 'string') throw new EvalError(`overload cannot be applied to '${value === undefined ? 'nothing' : typeName(value)}'`);
  return value;
}

const texts =
  (call: (first: string, second: string) => CelValue): CelFunction =>
  (first, second) =>
    call(text(first), text(second));

const wrapped =
  (type: ValueType, convert: (value: string) => string | Uint8Array): CelFunction =>
  (value) =>
    new Wrapped(type, convert(text(value)));

const two =
  (call: (left: CelValue, right: CelValue) => CelValue): CelFunction =>
  (left, right) =>
    call(left ?? null, right ?? null);

/** `m[k]` and `list[i]`. @throws EvalError `no such key: 'k'` | `index out of range` */
export function index(container: CelValue, key: CelValue): CelValue {
  const found = find(container, key);
  if (found !== undefined) return found;
  if (Array.isArray(container)) throw new EvalError(`index '${String(key)}' out of range in list size '${container.length}'`);
  throw new EvalError(`no such key: '${String(key)}'`);
}

/** The entry or element, undefined if there is none. */
export function find(container: CelValue, key: CelValue): CelValue | undefined {
  if (container instanceof AttributeMap) {
    if (typeof key !== 'string') throw new EvalError('index should be a string');
    return container.value.get(key);
  }
  if (container instanceof CelMap) return container.get(key);
  if (Array.isArray(container) && typeof key === 'number') return (container as readonly CelValue[])[key];
  throw new EvalError(`no such overload: ${typeName(container)}[${typeName(key)}]`);
}

function contains(key: CelValue, container: CelValue): boolean {
  if (Array.isArray(container)) return (container as readonly CelValue[]).some((item) => equal(item, key));
  return find(container, key) !== undefined;
}

/** A part of a time in a zone; of a duration the whole of it in that unit. */
function timePart(ofTime: (date: Date, nanos: number) => number, nanosecondsOf?: bigint): CelFunction {
  return (value, zone) => {
    if (nanosecondsOf !== undefined && value instanceof Duration) return Number(value.toNanoseconds() / nanosecondsOf);
    if (!(value instanceof Timestamp)) throw new EvalError('no such overload');
    const offset = zone === undefined ? 0 : zoneOffsetSeconds(text(zone));
    return ofTime(new Date((value.seconds + offset) * 1000), value.nanos);
  };
}

function zoneOffsetSeconds(zone: string): number {
  if (zone === 'UTC' || zone === '') return 0;
  const match = /^([+-]?)(\d{2}):(\d{2})$/.exec(zone);
  if (!match) throw new EvalError(`unknown time zone ${zone}`);
  return (Number(match[2]) * 60 + Number(match[3])) * 60 * (match[1] === '-' ? -1 : 1);
}

const dayMs = 86_400_000;
const dayOfYear = (date: Date): number => Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / dayMs);

const reverse: CelFunction = (value) => Array.from(text(value)).toReversed().join('');

export const functions: Readonly<Record<string, CelFunction>> = {
  '!_': (value) => value !== true,
  '-_': (value) => negate(value ?? null),
  '_==_': two(equal),
  '_!=_': two((left, right) => !equal(left, right)),
  '_<_': two((left, right) => compare(left, right) < 0),
  '_<=_': two((left, right) => compare(left, right) <= 0),
  '_>_': two((left, right) => compare(left, right) > 0),
  '_>=_': two((left, right) => compare(left, right) >= 0),
  '_+_': two(add),
  '_-_': two(subtract),
  '_*_': two(multiply),
  '_/_': two(divide),
  '_%_': two(modulo),
  '_[_]': two(index),
  _in_: two(contains),
  ...Object.fromEntries(Object.entries(conversions).map(([name, convert]): [string, CelFunction] => [name, (value) => convert(value ?? null)])),
  contains: texts((value, part) => value.includes(part)),
  startsWith: texts((value, prefix) => value.startsWith(prefix)),
  endsWith: texts((value, suffix) => value.endsWith(suffix)),
  matches: texts((value, pattern) => matches(pattern, value)),
  match: texts(match),
  reverse,
  toLower: (value) => toLower(text(value)),
  email: wrapped(ValueType.EMAIL_ADDRESS, email),
  dnsName: wrapped(ValueType.DNS_NAME, dnsName),
  uri: wrapped(ValueType.URI, uri),
  ip: wrapped(ValueType.IP_ADDRESS, ip),
  emptyStringMap: () => emptyMap,
  conditionalString: (condition, yes, no) => text(condition === true ? yes : no),
  getFullYear: timePart((date) => date.getUTCFullYear()),
  getMonth: timePart((date) => date.getUTCMonth()),
  getDayOfYear: timePart(dayOfYear),
  getDayOfMonth: timePart((date) => date.getUTCDate() - 1),
  getDate: timePart((date) => date.getUTCDate()),
  getDayOfWeek: timePart((date) => date.getUTCDay()),
  getHours: timePart((date) => date.getUTCHours(), 3_600_000_000_000n),
  getMinutes: timePart((date) => date.getUTCMinutes(), 60_000_000_000n),
  getSeconds: timePart((date) => date.getUTCSeconds(), 1_000_000_000n),
  getMilliseconds: timePart((_date, nanos) => Math.floor(nanos / 1_000_000), 1_000_000n),
};
