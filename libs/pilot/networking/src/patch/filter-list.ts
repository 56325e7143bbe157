import type { Any } from '@quartet/api/google/protobuf/any';
import type { Diagnostics } from '../diagnostics.js';
import { mergeFilter, messageFromValue, type MessageType } from './message.js';
import { attempt, Operation, type SelectedPatch } from './selection.js';

interface Named {
  name: string;
  typedConfig?: Any | undefined;
}

/** How patches find their place in a list of filters. */
export interface FilterListSite<T> {
  readonly type: MessageType<T>;
  readonly diagnostics: Diagnostics;
  /** Name that the patch matches, or empty. */
  readonly matched: (patch: SelectedPatch) => string;
  /** True for the filter that must stay last. */
  readonly terminal: (filter: T) => boolean;
}

/** MERGE and REMOVE first, then ADD and INSERT_*; nothing ever lands behind the terminal filter, which Envoy would refuse. */
export function patchFilterList<T extends Named>(filters: readonly T[], patches: readonly SelectedPatch[], site: FilterListSite<T>): T[] {
  let result = [...filters];
  for (const patch of patches) {
    const name = site.matched(patch);
    if (patch.operation !== Operation.MERGE && patch.operation !== Operation.REMOVE) continue;
    result = result.flatMap((filter) => {
      if (name !== '' && filter.name !== name) return [filter];
      return patch.operation === Operation.REMOVE ? [] : [attempt(patch, filter, { diagnostics: site.diagnostics, apply: () => mergeFilter(site.type, filter, patch.value) })];
    });
  }
  for (const patch of patches) {
    const at = place(result, patch, site);
    if (at === undefined) continue;
    const current = result;
    result = attempt(patch, current, { diagnostics: site.diagnostics, apply: () => current.toSpliced(at, 0, messageFromValue(site.type, patch.value)) });
  }
  return result;
}

/** undefined: nothing is to be inserted (another operation, or the filter to stand beside is not there). */
function place<T extends Named>(filters: readonly T[], patch: SelectedPatch, { matched, terminal }: FilterListSite<T>): number | undefined {
  const lastTerminal = filters.findLastIndex(terminal);
  const end = lastTerminal < 0 ? filters.length : lastTerminal;
  const name = matched(patch);
  const at = filters.findIndex((filter) => filter.name === name);
  switch (patch.operation) {
    case Operation.ADD:
      return end;
    case Operation.INSERT_BEFORE:
      return name === '' ? 0 : at < 0 ? undefined : at;
    case Operation.INSERT_AFTER:
      return name === '' ? end : at < 0 ? undefined : Math.min(at + 1, end);
    default:
      return undefined;
  }
}
