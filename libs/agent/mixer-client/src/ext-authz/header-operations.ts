import { HeaderOperation_Operation, type HeaderOperation } from '@quartet/api/istio/mixer/v1/check';
import { HeaderValueOption_HeaderAppendAction, type HeaderValueOption } from '@quartet/api/envoy/config/core/v3/base';

/** Header operations on a request, as Envoy's ext_authz takes them. */
export interface RequestHeaderChanges {
  readonly options: HeaderValueOption[];
  readonly removed: string[];
}

interface NetChange {
  /** Values that stood there before are gone. */
  replaced: boolean;
  readonly values: string[];
}

/** True if what Envoy is told depends on the headers of the request. */
export function dependOnRequest(operations: readonly HeaderOperation[]): boolean {
  return operations.some(({ operation }) => operation === HeaderOperation_Operation.APPEND);
}

/**
 * Changes of a request whose header `name` is `current(name)`. All of them overwrite, with the old value joined in where
 * it stays: Envoy (1.40) overwrites a request header even where the option says append.
 */
export function requestHeaderChanges(operations: readonly HeaderOperation[], current: (name: string) => string | undefined): RequestHeaderChanges {
  const options: HeaderValueOption[] = [];
  const removed: string[] = [];
  for (const [key, { replaced, values }] of netChanges(operations)) {
    const before = replaced ? undefined : current(key.toLowerCase());
    if (values.length === 0) removed.push(key);
    else options.push(option(key, [...(before === undefined ? [] : [before]), ...values].join(key.toLowerCase() === 'cookie' ? '; ' : ','), true));
  }
  return { options, removed };
}

/** Changes of a response. Envoy cannot remove a response header: REMOVE by itself has no effect. */
export function responseHeaderOptions(operations: readonly HeaderOperation[]): HeaderValueOption[] {
  return [...netChanges(operations)].flatMap(([key, { replaced, values }]) => values.map((value, index) => option(key, value, replaced && index === 0)));
}

/** The net effect of a sequence: REPLACE = remove and add, APPEND = one more value, REMOVE; the last word stands. */
function netChanges(operations: readonly HeaderOperation[]): Map<string, NetChange> {
  const byName = new Map<string, NetChange>();
  for (const { name, value, operation } of operations) {
    let change = byName.get(name);
    if (!change) byName.set(name, (change = { replaced: false, values: [] }));
    if (operation !== HeaderOperation_Operation.APPEND) {
      change.replaced = true;
      change.values.length = 0;
    }
    if (operation !== HeaderOperation_Operation.REMOVE) change.values.push(value);
  }
  return byName;
}

function option(key: string, value: string, overwrite: boolean): HeaderValueOption {
  const { APPEND_IF_EXISTS_OR_ADD, OVERWRITE_IF_EXISTS_OR_ADD } = HeaderValueOption_HeaderAppendAction;
  return {
    header: { key, value, rawValue: Buffer.alloc(0) },
    append: undefined,
    appendAction: overwrite ? OVERWRITE_IF_EXISTS_OR_ADD : APPEND_IF_EXISTS_OR_ADD,
    keepEmptyValue: true,
  };
}
