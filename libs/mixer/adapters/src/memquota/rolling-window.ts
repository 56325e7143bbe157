/** A quota over a sliding time: units booked in a slot come back when the window has moved past it. */
export class RollingWindow {
  #available: number;
  readonly #slots: Float64Array;
  #newestTick = 0;
  #newest = 0;

  constructor(limit: number, ticks: number) {
    this.#available = limit;
    this.#slots = new Float64Array(ticks);
  }

  get available(): number {
    return this.#available;
  }

  /** Books all of `amount` at `tick`, or nothing. */
  alloc(amount: number, tick: number): boolean {
    this.roll(tick);
    if (amount > this.#available) return false;
    this.#slots[this.#newest] = (this.#slots[this.#newest] ?? 0) + amount;
    this.#available -= amount;
    return true;
  }

  /** Gives back up to `amount`, newest bookings first; returns how much it was. */
  release(amount: number, tick: number): number {
    this.roll(tick);
    const size = this.#slots.length;
    let released = 0;
    for (let i = 0; i < size && released < amount; i++) {
      const slot = (this.#newest - i + size) % size;
      const part = Math.min(this.#slots[slot] ?? 0, amount - released);
      this.#slots[slot] = (this.#slots[slot] ?? 0) - part;
      released += part;
    }
    this.#available += released;
    return released;
  }

  /** Moves the window to `tick` and takes back what the slots left behind had booked. */
  roll(tick: number): void {
    const behind = Math.min(tick - this.#newestTick, this.#slots.length);
    for (let i = 0; i < behind; i++) {
      this.#newest = (this.#newest + 1) % this.#slots.length;
      this.#available += this.#slots[this.#newest] ?? 0;
      this.#slots[this.#newest] = 0;
    }
    this.#newestTick = Math.max(tick, this.#newestTick);
  }
}
