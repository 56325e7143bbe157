import type { Fault, Report } from './report.js';

/** `region[/zone[/subzone]]`; `*` only as the last part. */
export function validateLocality(locality: string): Fault {
  const parts = locality.split('/');
  if (parts.some((part) => part === '') || parts.length > 3) return `${JSON.stringify(locality)} is not region/zone/subzone`;
  const wildcard = parts.findIndex((part) => part.includes('*'));
  return wildcard >= 0 && (wildcard < parts.length - 1 || parts[wildcard] !== '*') ? `${JSON.stringify(locality)} may have "*" only as its last part` : undefined;
}

/** Two localities overlap if one is part of the other. */
export function overlap(a: string, b: string): boolean {
  const [left, right] = [a.split('/'), b.split('/')];
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const [x, y] = [left[index], right[index]];
    if (x === undefined || y === undefined || x === '*' || y === '*') return true;
    if (x !== y) return false;
  }
  return true;
}

export function validateLocalityOverlap(report: Report, field: string, localities: readonly string[]): void {
  localities.forEach((locality, index) => {
    const other = localities.slice(0, index).find((earlier) => overlap(earlier, locality));
    if (other !== undefined) report.at(field).error(`${JSON.stringify(locality)} overlaps with ${JSON.stringify(other)}`);
  });
}
