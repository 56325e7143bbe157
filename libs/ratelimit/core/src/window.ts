/** How long a limit counts before it starts anew. */
export type Unit = 'second' | 'minute' | 'hour' | 'day' | 'month' | 'year';

/** A month is 30 days and a year 365. */
const unitMs: Readonly<Record<Unit, number>> = {
  second: 1_000, minute: 60_000, hour: 3_600_000, day: 86_400_000, month: 30 * 86_400_000, year: 365 * 86_400_000,
};

/** Milliseconds of a unit, in any letter case; undefined if it is none. */
export function windowOf(unit: string): number | undefined {
  const name = unit.toLowerCase();
  return Object.hasOwn(unitMs, name) ? unitMs[name as Unit] : undefined;
}

/** The unit that is `windowMs` long, if one is. */
export function unitOf(windowMs: number): Unit | undefined {
  return (Object.keys(unitMs) as Unit[]).find((unit) => unitMs[unit] === windowMs);
}
