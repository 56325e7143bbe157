import { ValueType } from '../value-type.js';
import { celType, types, type CelType } from './types.js';

export interface Overload {
  /** Called as a method of its first argument. */
  readonly method: boolean;
  readonly args: readonly CelType[];
  readonly result: CelType;
}

const { bool, int, uint, double, string, bytes, timestamp, duration, dyn, A, B, list, map, typeOf } = types;

const global = (args: readonly CelType[], result: CelType): Overload => ({ method: false, args, result });
const method = (args: readonly CelType[], result: CelType): Overload => ({ method: true, args, result });
const same = (kinds: readonly CelType[], result?: CelType): Overload[] => kinds.map((kind) => global([kind, kind], result ?? kind));

const order = same([bool, int, uint, double, string, bytes, timestamp, duration], bool);
const equality = [global([A, A], bool)];
const textTest = [method([string, string], bool)];
const zoned = [method([timestamp], int), method([timestamp, string], int)];
const clock = [...zoned, method([duration], int)];
const size = [string, bytes, list(A), map(A, B)];

const operators: Readonly<Record<string, readonly Overload[]>> = {
  '_?_:_': [global([bool, A, A], A)],
  '_&&_': same([bool]),
  '_||_': same([bool]),
  '!_': [global([bool], bool)],
  '-_': [global([int], int), global([double], double), global([duration], duration)],
  '_==_': equality,
  '_!=_': equality,
  '_<_': order,
  '_<=_': order,
  '_>_': order,
  '_>=_': order,
  '_+_': [
    ...same([int, uint, double, string, bytes, list(A), duration]),
    global([timestamp, duration], timestamp),
    global([duration, timestamp], timestamp),
  ],
  '_-_': [...same([int, uint, double, duration]), global([timestamp, timestamp], duration), global([timestamp, duration], timestamp)],
  '_*_': same([int, uint, double]),
  '_/_': same([int, uint, double]),
  '_%_': same([int, uint]),
  '_[_]': [global([list(A), int], A), global([map(A, B), A], B)],
  _in_: [global([A, list(A)], bool), global([A, map(A, B)], bool)],
};

const standard: Readonly<Record<string, readonly Overload[]>> = {
  size: [...size.map((type) => global([type], int)), ...size.map((type) => method([type], int))],
  type: [global([A], typeOf(A))],
  dyn: [global([A], dyn)],
  int: [int, uint, double, string, timestamp].map((from) => global([from], int)),
  uint: [uint, int, double, string].map((from) => global([from], uint)),
  double: [double, int, uint, string].map((from) => global([from], double)),
  bool: [bool, string].map((from) => global([from], bool)),
  string: [string, bool, int, uint, double, bytes, timestamp, duration].map((from) => global([from], string)),
  bytes: [bytes, string].map((from) => global([from], bytes)),
  timestamp: [timestamp, string].map((from) => global([from], timestamp)),
  duration: [duration, string].map((from) => global([from], duration)),
  contains: textTest,
  startsWith: textTest,
  endsWith: textTest,
  matches: [...textTest, global([string, string], bool)],
  getFullYear: zoned,
  getMonth: zoned,
  getDayOfYear: zoned,
  getDayOfMonth: zoned,
  getDate: zoned,
  getDayOfWeek: zoned,
  getHours: clock,
  getMinutes: clock,
  getSeconds: clock,
  getMilliseconds: clock,
};

/** What Mixer adds. */
const mixer: Readonly<Record<string, readonly Overload[]>> = {
  match: [global([string, string], bool)],
  reverse: [global([string], string), method([string], string)],
  toLower: [global([string], string)],
  email: [global([string], celType(ValueType.EMAIL_ADDRESS))],
  dnsName: [global([string], celType(ValueType.DNS_NAME))],
  uri: [global([string], celType(ValueType.URI))],
  ip: [global([string], celType(ValueType.IP_ADDRESS))],
  emptyStringMap: [global([], celType(ValueType.STRING_MAP))],
  conditionalString: [global([bool, string, string], string)],
};

export const overloads: ReadonlyMap<string, readonly Overload[]> = new Map(Object.entries({ ...operators, ...standard, ...mixer }));

/** Names that stand for types as values: `type(x) == string`. */
export const typeNames: ReadonlyMap<string, CelType> = new Map(
  Object.entries({ bool, int, uint, double, string, bytes, list: list(dyn), map: map(dyn, dyn), null_type: types.null, type: typeOf(dyn) }),
);

/** Protocol buffer wrappers may be built, and have one field. */
export const wrapperMessages: ReadonlyMap<string, CelType> = new Map(
  Object.entries({ BoolValue: bool, Int32Value: int, Int64Value: int, UInt32Value: uint, UInt64Value: uint, FloatValue: double, DoubleValue: double, StringValue: string, BytesValue: bytes }).map(
    ([name, type]) => [`google.protobuf.${name}`, type],
  ),
);
