import type { Problem } from '../problem.js';

/** Where problems of one document are collected, and what an unknown field is worth. */
export class ParseContext {
  readonly problems: Problem[] = [];

  /** @param options.anyOfUnknownType an Any whose type no schema declares passes unread */
  constructor(readonly unknownFields: Problem['severity'], readonly options: { readonly anyOfUnknownType?: boolean } = {}) {}

  error(path: string, message: string): undefined {
    this.problems.push({ path, message, severity: 'error' });
    return undefined;
  }

  unknown(path: string, message: string): void {
    this.problems.push({ path, message, severity: this.unknownFields });
  }
}

/** How a wrong value is shown in a message: its type and, if short, itself. */
export function show(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return `the ${typeof value} ${text.length > 60 ? `${text.slice(0, 57)}...` : text}`;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
