import { ExprError } from '../errors.js';
import { ValueType } from '../value-type.js';
import type { RuntimeName } from './runtime.js';

/** Two operands of one type, as code, and how to write a helper's call. */
export interface Operands {
  readonly type: ValueType;
  readonly left: string;
  readonly right: string;
  readonly call: (name: RuntimeName, ...args: readonly string[]) => string;
}

const equalityHelpers: Partial<Record<ValueType, RuntimeName>> = {
  [ValueType.DOUBLE]: 'sameDouble',
  [ValueType.IP_ADDRESS]: 'sameIp',
  [ValueType.TIMESTAMP]: 'sameTime',
  [ValueType.DNS_NAME]: 'sameDns',
  [ValueType.EMAIL_ADDRESS]: 'sameEmail',
  [ValueType.URI]: 'sameUri',
};

/** @throws ExprError for DURATION and STRING_MAP */
export function equality({ type, left, right, call }: Operands): string {
  if (type === ValueType.STRING || type === ValueType.BOOL || type === ValueType.INT64) return `(${left}===${right})`;
  const helper = equalityHelpers[type];
  if (!helper) throw notImplemented('equality', type);
  return call(helper, left, right);
}

const orderHelpers: Partial<Record<ValueType, RuntimeName>> = {
  [ValueType.STRING]: 'orderText',
  [ValueType.EMAIL_ADDRESS]: 'orderText',
  [ValueType.URI]: 'orderText',
  [ValueType.DNS_NAME]: 'orderText',
  [ValueType.INT64]: 'orderNumber',
  [ValueType.DOUBLE]: 'orderNumber',
  [ValueType.TIMESTAMP]: 'orderTime',
};

const comparisons: Readonly<Record<string, readonly [operator: string, words: string]>> = {
  LT: ['<', 'less than'],
  LEQ: ['<=', 'less or equal'],
  GT: ['>', 'greater than'],
  GEQ: ['>=', 'greater or equal'],
};

/** @throws ExprError for types without order */
export function comparison(name: string, { type, left, right, call }: Operands): string {
  const [operator, words] = comparisons[name] ?? ['<', name];
  const helper = orderHelpers[type];
  if (!helper) throw notImplemented(words, type);
  return `(${call(helper, left, right)}${operator}0)`;
}

/** @throws ExprError for all but STRING, INT64, DOUBLE and the types that are strings */
export function addition({ type, left, right, call }: Operands): string {
  const kind = machineTypes[type];
  if (kind === 'integer') return call('addInt', left, right);
  if (kind === 'string') return call('concat', left, right);
  if (kind === 'double') return call('addDouble', left, right);
  throw notImplemented('Add', type);
}

/** The types of Mixer's interpreter, which its messages name. */
const machineTypes: Readonly<Record<ValueType, string>> = {
  [ValueType.VALUE_TYPE_UNSPECIFIED]: 'unknown',
  [ValueType.STRING]: 'string',
  [ValueType.EMAIL_ADDRESS]: 'string',
  [ValueType.URI]: 'string',
  [ValueType.DNS_NAME]: 'string',
  [ValueType.INT64]: 'integer',
  [ValueType.DOUBLE]: 'double',
  [ValueType.BOOL]: 'bool',
  [ValueType.DURATION]: 'duration',
  [ValueType.TIMESTAMP]: 'interface',
  [ValueType.IP_ADDRESS]: 'interface',
  [ValueType.STRING_MAP]: 'interface',
};

function notImplemented(what: string, type: ValueType): ExprError {
  return new ExprError(`internal compiler error -- ${what} for type not yet implemented: ${machineTypes[type]}`);
}
