import { childPath, type Problem } from '../problem.js';

/** What a check of a single value answers: what is wrong, or undefined. */
export type Fault = string | undefined;

/** Collects the problems of one object; `at` and `each` go down the field path. */
export class Report {
  private constructor(readonly path: string, private readonly problems: Problem[]) {}

  static collect(root: string, validate: (report: Report) => void): Problem[] {
    const problems: Problem[] = [];
    validate(new Report(root, problems));
    return problems;
  }

  at(...keys: (string | number)[]): Report {
    return new Report(keys.reduce<string>(childPath, this.path), this.problems);
  }

  error(message: string): void {
    this.problems.push({ path: this.path, message, severity: 'error' });
  }

  warn(message: string): void {
    this.problems.push({ path: this.path, message, severity: 'warning' });
  }

  /** Takes over a problem found elsewhere, path and all. */
  problem(problem: Problem): void {
    this.problems.push(problem);
  }

  /** Reports a fault of this value, if there is one. */
  fault(fault: Fault): void {
    if (fault !== undefined) this.error(fault);
  }

  require(condition: unknown, message: string): void {
    if (!condition) this.error(message);
  }

  /** Checks each item of a list field. */
  each<T>(field: string, items: readonly T[] | undefined, check: (report: Report, item: T, index: number) => void): void {
    items?.forEach((item, index) => check(this.at(field, index), item, index));
  }

  /** Checks each value of a map field. */
  entries<T>(field: string, map: Readonly<Record<string, T>> | undefined, check: (report: Report, value: T, key: string) => void): void {
    for (const [key, value] of Object.entries(map ?? {})) check(this.at(field, key), value, key);
  }
}
