import type { AttributeSource, Value, ValueType } from '@quartet/mixer-expr';

/** Values of our own above another bag's, which they hide, and generated ones below it, which fill its gaps. */
export class LayeredBag implements AttributeSource {
  readonly #own = new Map<string, Value>();
  readonly #generated: ReadonlyMap<string, Value>[] = [];

  constructor(private readonly parent: AttributeSource | undefined) {}

  get(name: string, declared: ValueType): Value | undefined {
    return this.#own.get(name) ?? this.parent?.get(name, declared) ?? this.#fromGenerated(name);
  }

  set(name: string, value: Value): void {
    this.#own.set(name, value);
  }

  delete(name: string): void {
    this.#own.delete(name);
  }

  /** Takes over what is not there yet, here or in the parent. */
  merge(values: ReadonlyMap<string, Value>): void {
    for (const [name, value] of values) if (this.get(name, 0) === undefined) this.#own.set(name, value);
  }

  /** Adds values that count where the parent has none; those added earlier count first. */
  addGenerated(values: ReadonlyMap<string, Value>): void {
    this.#generated.push(values);
  }

  /** The values of this layer. */
  get own(): ReadonlyMap<string, Value> {
    return this.#own;
  }

  #fromGenerated(name: string): Value | undefined {
    for (const values of this.#generated) {
      const value = values.get(name);
      if (value !== undefined) return value;
    }
    return undefined;
  }
}
