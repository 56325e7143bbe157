const windowMs = 1_000;
const windowSlots = 20;
const slotMs = windowMs / windowSlots;
const minimumPrefetch = 10;
const closeWaitMs = 500;
const maxGrantMs = 60_000;

/** What Mixer answered to a refill; `granted` is undefined if it could not be asked. */
export interface RefillAnswer {
  readonly granted: number | undefined;
  readonly validMs: number | undefined;
}

/** A refill to send; its answer goes back into the pool. */
export interface Refill {
  readonly amount: number;
  answer(answer: RefillAnswer, now: number): void;
}

interface Slot {
  available: number;
  expiresAt: number;
}

/**
 * Units of one quota granted beforehand. The pool asks for what the last second used, at least ten; while Mixer grants all
 * it is asked (open) a request that finds the pool empty is let through on credit, and otherwise (closed) it is refused.
 * Source: istio/proxy 1.4, src/istio/prefetch/quota_prefetch.cc.
 */
export class QuotaPool {
  private slots: Slot[] = [];
  private closed = false;
  private inFlight = 0;
  private lastRefill = -Infinity;
  private readonly used = new Float64Array(windowSlots);
  private usedTick = 0;

  /** Takes `amount` units, if they are there; `refill` is called before that if the pool runs low. */
  take(amount: number, now: number, refill: (request: Refill) => void): boolean {
    this.slots = this.slots.filter((slot) => slot.expiresAt > now && slot.available > 0);
    this.refillIfLow(amount, now, refill);
    this.countUse(amount, now);
    return this.subtract(amount);
  }

  private get available(): number {
    return this.slots.reduce((sum, slot) => sum + slot.available, 0);
  }

  private refillIfLow(amount: number, now: number, refill: (request: Refill) => void): void {
    if (this.closed && (this.inFlight > 0 || now - this.lastRefill < closeWaitMs)) return;
    const { available } = this;
    const desired = Math.max(this.usedInWindow(now), minimumPrefetch);
    if (!((available < desired / 2 && this.inFlight === 0) || available < amount)) return;
    const asked = Math.max(amount, desired);
    const credit = available === 0 && !this.closed ? this.add(asked, now + maxGrantMs) : undefined;
    this.lastRefill = now;
    this.inFlight++;
    refill({ amount: asked, answer: (answer, at) => this.settle(asked, credit, answer, at) });
  }

  private settle(asked: number, credit: Slot | undefined, answer: RefillAnswer, now: number): void {
    this.inFlight--;
    const granted = answer.granted ?? asked;
    const expiresAt = now + Math.min(answer.granted === undefined ? maxGrantMs : answer.validMs ?? maxGrantMs, maxGrantMs);
    this.closed = granted < asked;
    if (!credit) {
      if (granted > 0) this.add(granted, expiresAt);
      return;
    }
    credit.expiresAt = expiresAt;
    const excess = asked - granted;
    if (excess <= 0) return;
    const back = Math.min(excess, credit.available);
    credit.available -= back;
    this.withdraw(excess - back);
  }

  private add(available: number, expiresAt: number): Slot {
    const slot = { available, expiresAt };
    this.slots.push(slot);
    return slot;
  }

  private subtract(amount: number): boolean {
    if (this.available < amount) return false;
    this.withdraw(amount);
    return true;
  }

  /** Oldest first; what is not there is forgiven. */
  private withdraw(amount: number): void {
    let rest = amount;
    for (const slot of this.slots) {
      if (rest <= 0) return;
      const taken = Math.min(rest, slot.available);
      slot.available -= taken;
      rest -= taken;
    }
  }

  private countUse(amount: number, now: number): void {
    this.usedInWindow(now);
    const slot = this.usedTick % windowSlots;
    this.used[slot] = this.used[slot]! + amount;
  }

  /** Units used in the last second; forgets what is older. */
  private usedInWindow(now: number): number {
    const tick = Math.floor(now / slotMs);
    const steps = Math.min(tick - this.usedTick, windowSlots);
    for (let i = 0; i < steps; i++) this.used[(tick - i) % windowSlots] = 0;
    if (tick > this.usedTick) this.usedTick = tick;
    return this.used.reduce((sum, units) => sum + units, 0);
  }
}
