import type { ValueType } from './value-type.js';
import type { Value } from './value.js';

/**
 * What an expression reads from: an attribute bag. An expression asks only for the attributes that its evaluation
 * reaches, each time by this one method, so the bag is where decoding stays lazy and references are recorded:
 *
 * - `get` of a scalar that is present: record (name, EXACT); of anything absent: (name, ABSENCE); of a string map that
 *   is present: record nothing, and let the {@link StringMap} it returns record (name, key, EXACT or ABSENCE) at `get(key)`.
 * - Values of generated attributes (child bags) are not recorded.
 */
export interface AttributeSource {
  /**
   * undefined = absent. `declared` is the type that the expression was compiled against: a source that keeps its wire
   * types may throw {@link conversionError} where they differ. Expressions check all forms themselves except that they
   * cannot tell INT64 from DOUBLE in a whole number.
   */
  get(name: string, declared: ValueType): Value | undefined;
}
