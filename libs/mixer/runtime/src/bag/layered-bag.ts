import type { AttributeSource, Value, ValueType } from '@quartet/mixer-expr';

/** Values of our own above another bag's; they hide it and are not recorded as read. */
export class LayeredBag implements AttributeSource {
  readonly #own = new Map<string, Value>();

  constructor(private readonly parent: AttributeSource | undefined) {}

  get(name: string, declared: ValueType): Value | undefined {
    return this.#own.get(name) ?? this.parent?.get(name, declared);
  }

  set(name: string, value: Value): void {
    this.#own.set(name, value);
  }

  delete(name: string): void {
    this.#own.delete(name);
  }

  /** Takes over what is not there yet, here or below: a look that counts as a read. */
  merge(values: ReadonlyMap<string, Value>): void {
    for (const [name, value] of values) if (this.get(name, 0) === undefined) this.#own.set(name, value);
  }

  /** The values of this layer. */
  get own(): ReadonlyMap<string, Value> {
    return this.#own;
  }
}
