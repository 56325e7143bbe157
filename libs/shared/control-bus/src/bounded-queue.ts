/** First in, first out, never longer than its limit: the oldest entry makes room and is reported to `onDrop`. */
export class BoundedQueue<T> {
  #items: T[] = [];

  constructor(
    private readonly limit: number,
    private readonly onDrop: (item: T) => void,
  ) {}

  get length(): number {
    return this.#items.length;
  }

  push(item: T): void {
    if (this.#items.length >= this.limit) this.onDrop(this.#items.shift() as T);
    this.#items.push(item);
  }

  /** Takes up to `count` of the oldest. */
  take(count: number): T[] {
    return this.#items.splice(0, count);
  }

  /** Gives taken entries back to the front; those that no longer fit (the oldest) are dropped. */
  putBack(items: readonly T[]): void {
    const room = this.limit - this.#items.length;
    const kept = items.slice(Math.max(0, items.length - room));
    for (const dropped of items.slice(0, items.length - kept.length)) this.onDrop(dropped);
    this.#items.unshift(...kept);
  }
}
