import type { AttributeSource } from '../attributes/value.js';
import { signatureOf, type ReferenceShape } from './reference-shape.js';

/** Shapes seen so far, oldest first; the oldest goes when there are too many. */
export class ShapeSet {
  private readonly shapes = new Map<string, { readonly shape: ReferenceShape; readonly prefix: string }>();
  private nextId = 0;

  constructor(private readonly limit: number) {}

  get size(): number {
    return this.shapes.size;
  }

  /** Signature of `request` under `shape`, which becomes known; undefined if the request does not have it. */
  add(shape: ReferenceShape, request: AttributeSource): string | undefined {
    const known = this.shapes.get(shape.key);
    const entry = known ?? { shape, prefix: `${this.nextId}|` };
    const signature = signatureOf(shape, request, entry.prefix);
    if (signature === undefined || known) return signature;
    this.nextId++;
    this.shapes.set(shape.key, entry);
    if (this.shapes.size > this.limit) this.shapes.delete(this.shapes.keys().next().value!);
    return signature;
  }

  /** The first defined `look(signature)` over the shapes that `request` has. */
  find<T>(request: AttributeSource, look: (signature: string) => T | undefined): T | undefined {
    for (const { shape, prefix } of this.shapes.values()) {
      const signature = signatureOf(shape, request, prefix);
      const found = signature === undefined ? undefined : look(signature);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}
