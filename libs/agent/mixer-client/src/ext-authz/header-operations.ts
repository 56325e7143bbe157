import { HeaderOperation_Operation, type HeaderOperation } from '@quartet/api/istio/mixer/v1/check';
import { HeaderValueOption_HeaderAppendAction, type HeaderValueOption } from '@quartet/api/envoy/config/core/v3/base';

/** Header operations as Envoy takes them: an order-free list of options, and names to remove. */
export interface HeaderChanges {
  readonly options: HeaderValueOption[];
  readonly removed: string[];
}

interface NetChange {
  /** Values that stood there before are gone. */
  replaced: boolean;
  readonly values: string[];
}

/** The net effect of a sequence: REPLACE = remove and add, APPEND = one more value, REMOVE; the last word stands. */
export function headerChanges(operations: readonly HeaderOperation[]): HeaderChanges {
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
  const options: HeaderValueOption[] = [];
  const removed: string[] = [];
  for (const [key, { replaced, values }] of byName) {
    if (replaced && values.length === 0) removed.push(key);
    values.forEach((value, index) => options.push(option(key, value, replaced && index === 0)));
  }
  return { options, removed };
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
