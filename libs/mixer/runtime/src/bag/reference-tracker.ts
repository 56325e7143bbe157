/** istio.mixer.v1.ReferencedAttributes.Condition; REGEX is never made. */
export const Condition = { ABSENCE: 1, EXACT: 2 } as const;
export type Condition = (typeof Condition)[keyof typeof Condition];

/** One thing that was read: an attribute, or a key of a string map. */
export interface Reference {
  readonly name: string;
  readonly mapKey: string | undefined;
  readonly condition: Condition;
}

/** What a request's evaluation has read so far; a later read of the same thing replaces the earlier. */
export class ReferenceTracker {
  #scalars = new Map<string, Condition>();
  #keys = new Map<string, Map<string, Condition>>();

  attribute(name: string, condition: Condition): void {
    this.#scalars.set(name, condition);
  }

  mapKey(name: string, key: string, condition: Condition): void {
    const known = this.#keys.get(name);
    if (known) known.set(key, condition);
    else this.#keys.set(name, new Map([[key, condition]]));
  }

  get size(): number {
    return [...this.#keys.values()].reduce((sum, keys) => sum + keys.size, this.#scalars.size);
  }

  *[Symbol.iterator](): Generator<Reference> {
    for (const [name, condition] of this.#scalars) yield { name, mapKey: undefined, condition };
    for (const [name, keys] of this.#keys) for (const [mapKey, condition] of keys) yield { name, mapKey, condition };
  }

  /** A copy to go back to. */
  snapshot(): ReferenceTracker {
    const copy = new ReferenceTracker();
    copy.restore(this);
    return copy;
  }

  restore(snapshot: ReferenceTracker): void {
    this.#scalars = new Map(snapshot.#scalars);
    this.#keys = new Map([...snapshot.#keys].map(([name, keys]) => [name, new Map(keys)]));
  }

  clear(): void {
    this.#scalars.clear();
    this.#keys.clear();
  }
}
