import { describe, expect, it } from 'vitest';
import { QuotaPool, type Refill } from './quota-pool.js';

class Driver {
  readonly pool = new QuotaPool();
  readonly refills: Refill[] = [];
  now = 1_000_000;

  take(amount = 1): boolean {
    return this.pool.take(amount, this.now, (refill) => this.refills.push(refill));
  }

  answer(granted: number | undefined, validMs: number | undefined = 60_000): void {
    this.refills.shift()!.answer({ granted, validMs }, this.now);
  }

  /** How many of `n` requests of one unit pass. */
  passes(n: number): number {
    return Array.from({ length: n }, () => this.take()).filter(Boolean).length;
  }
}

describe('quota pool', () => {
  it('lets requests through on credit while the first refill is under way', () => {
    const driver = new Driver();
    expect(driver.take()).toBe(true);
    expect(driver.refills.map(({ amount }) => amount)).toEqual([10]);
    expect(driver.passes(9)).toBe(9);
    expect(driver.refills).toHaveLength(1);
  });

  it('takes back what was not granted, and closes', () => {
    const driver = new Driver();
    driver.passes(3);
    driver.answer(5);
    expect(driver.passes(5)).toBe(2);
    expect(driver.take()).toBe(false);
  });

  it('when closed asks again only after half a second, and without credit', () => {
    const driver = new Driver();
    driver.take();
    driver.answer(0);
    driver.now += 499;
    expect(driver.take()).toBe(false);
    expect(driver.refills).toHaveLength(0);
    driver.now += 1;
    expect(driver.take()).toBe(false);
    expect(driver.refills).toHaveLength(1);
    expect(driver.take()).toBe(false);
    expect(driver.refills).toHaveLength(1);
    driver.answer(6);
    expect(driver.passes(12)).toBe(6);
  });

  it('opens again when all that was asked is granted', () => {
    const driver = new Driver();
    driver.take();
    driver.answer(0);
    driver.now += 500;
    driver.take();
    const { amount } = driver.refills[0]!;
    driver.answer(amount);
    expect(driver.passes(amount)).toBe(amount);
    expect(driver.take()).toBe(true);
  });

  it('asks for what the last second used', () => {
    const driver = new Driver();
    for (let i = 0; i < 40; i++) {
      driver.take();
      driver.now += 10;
      while (driver.refills.length > 0) driver.answer(driver.refills[0]!.amount);
    }
    driver.now += 100;
    for (let i = 0; driver.refills.length === 0 && i < 100; i++) driver.take();
    expect(driver.refills[0]!.amount).toBeGreaterThan(30);
    driver.now += 5_000;
    driver.pool.take(1_000, driver.now, (refill) => driver.refills.push(refill));
    expect(driver.refills.at(-1)!.amount).toBe(1_000);
  });

  it('drops a grant when its time is over', () => {
    const driver = new Driver();
    driver.take();
    driver.answer(10, 1_000);
    driver.now += 1_001;
    driver.take();
    driver.answer(0);
    expect(driver.take()).toBe(false);
  });

  it('holds a grant for at most a minute', () => {
    const driver = new Driver();
    driver.take();
    driver.answer(10, 3_600_000);
    driver.now += 60_001;
    driver.take();
    expect(driver.refills).toHaveLength(1);
  });

  it('counts as granted what Mixer could not be asked for', () => {
    const driver = new Driver();
    driver.take();
    driver.answer(undefined, undefined);
    expect(driver.passes(9)).toBe(9);
  });

  it('gives more than one unit only if all are there', () => {
    const driver = new Driver();
    driver.take();
    driver.answer(5);
    expect(driver.take(5)).toBe(false);
    expect(driver.take(4)).toBe(true);
  });
});
