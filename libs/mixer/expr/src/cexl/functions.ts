import type { FunctionSpec } from '../expression.js';
import { dnsName } from '../externs/dns-name.js';
import { email } from '../externs/email.js';
import { ip } from '../externs/ip.js';
import { matches } from '../externs/regex.js';
import { match, toLower } from '../externs/text.js';
import { timestamp } from '../externs/timestamp.js';
import { uri } from '../externs/uri.js';
import type { StringMap } from '../value.js';
import { ValueType } from '../value-type.js';

const { STRING, INT64, BOOL, STRING_MAP, IP_ADDRESS, TIMESTAMP, DNS_NAME, EMAIL_ADDRESS, URI, VALUE_TYPE_UNSPECIFIED: ANY } = ValueType;

type Signature = readonly [name: string, argumentTypes: readonly ValueType[], returnType: ValueType];

/** Operators and the functions that the generator writes out itself, since they are lazy or depend on types. */
const intrinsics: readonly Signature[] = [
  ...['EQ', 'NEQ', 'LT', 'LEQ', 'GT', 'GEQ'].map((name): Signature => [name, [ANY, ANY], BOOL]),
  ['OR', [ANY, ANY], ANY],
  ['LOR', [BOOL, BOOL], BOOL],
  ['LAND', [BOOL, BOOL], BOOL],
  ['INDEX', [STRING_MAP, STRING], STRING],
  ['conditional', [BOOL, ANY, ANY], ANY],
  ['ADD', [ANY, ANY], ANY],
  ['size', [STRING], INT64],
];

const noEntries: StringMap = new Map();

// The type check guarantees the argument types; FunctionSpec cannot say them.
type Implementation = NonNullable<FunctionSpec['implementation']>;
const as = (implementation: unknown): Implementation => implementation as Implementation;

/** The functions of CEXL, mixer.md section 3. In `matches` the receiver is the pattern. */
const externs: readonly FunctionSpec[] = [
  { name: 'ip', instance: false, argumentTypes: [STRING], returnType: IP_ADDRESS, implementation: as(ip) },
  { name: 'timestamp', instance: false, argumentTypes: [STRING], returnType: TIMESTAMP, implementation: as(timestamp) },
  { name: 'dnsName', instance: false, argumentTypes: [STRING], returnType: DNS_NAME, implementation: as(dnsName) },
  { name: 'email', instance: false, argumentTypes: [STRING], returnType: EMAIL_ADDRESS, implementation: as(email) },
  { name: 'uri', instance: false, argumentTypes: [STRING], returnType: URI, implementation: as(uri) },
  { name: 'match', instance: false, argumentTypes: [STRING, STRING], returnType: BOOL, implementation: as(match) },
  { name: 'matches', instance: true, targetType: STRING, argumentTypes: [STRING], returnType: BOOL, implementation: as(matches) },
  {
    name: 'startsWith', instance: true, targetType: STRING, argumentTypes: [STRING], returnType: BOOL,
    implementation: as((text: string, prefix: string) => text.startsWith(prefix)),
  },
  {
    name: 'endsWith', instance: true, targetType: STRING, argumentTypes: [STRING], returnType: BOOL,
    implementation: as((text: string, suffix: string) => text.endsWith(suffix)),
  },
  { name: 'toLower', instance: false, argumentTypes: [STRING], returnType: STRING, implementation: as(toLower) },
  { name: 'emptyStringMap', instance: false, argumentTypes: [], returnType: STRING_MAP, implementation: () => noEntries },
  {
    name: 'conditionalString', instance: false, argumentTypes: [BOOL, STRING, STRING], returnType: STRING,
    implementation: as((condition: boolean, yes: string, no: string) => (condition ? yes : no)),
  },
];

export type FunctionTable = ReadonlyMap<string, FunctionSpec>;

const builtIn: FunctionTable = new Map<string, FunctionSpec>([
  ...intrinsics.map(([name, argumentTypes, returnType]) => [name, { name, instance: false, argumentTypes, returnType }] as const),
  ...externs.map((spec) => [spec.name, spec] as const),
]);

/** The built-in functions and `more`, which win over built-in ones of the same name. */
export function functionTable(more: readonly FunctionSpec[] = []): FunctionTable {
  if (more.length === 0) return builtIn;
  return new Map([...builtIn, ...more.map((spec) => [spec.name, spec] as const)]);
}

/** Whether the generator writes this function out; an override by name is an ordinary call again. */
export function isIntrinsic(spec: FunctionSpec): boolean {
  return spec.implementation === undefined && builtIn.get(spec.name) === spec;
}
