// Both sides of a comparison as plain JSON in which equal things look equal.

/** Our message as protobuf JSON, with what stands in an Any spelled out. */
export { toPlain } from './to-plain.mjs';

/** Without what means nothing: empty lists, objects, texts. */
export function prune(value) {
  if (Array.isArray(value)) return value.map(prune);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, child]) => [key, prune(child)]).filter(([, child]) => !isEmpty(child));
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function isEmpty(value) {
  if (value === undefined || value === '' || value === null) return true;
  return Array.isArray(value) && value.length === 0;
}

/** Applies `visit` to every object, children first. */
export function rewrite(value, visit) {
  if (Array.isArray(value)) return value.map((child) => rewrite(child, visit));
  if (typeof value !== 'object' || value === null) return value;
  return visit(Object.fromEntries(Object.entries(value).map(([key, child]) => [key, rewrite(child, visit)])));
}

export const sortBy = (list, key) => list.toSorted((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));

/** Where two values differ: at most `limit` lines of `path: ours / theirs`. */
export function difference(ours, theirs, limit = 6) {
  const lines = [];
  walk(ours, theirs, '', lines, limit);
  return lines;
}

function walk(a, b, path, lines, limit) {
  if (lines.length >= limit || JSON.stringify(a) === JSON.stringify(b)) return;
  const both = typeof a === 'object' && typeof b === 'object' && a !== null && b !== null && Array.isArray(a) === Array.isArray(b);
  if (!both || (Array.isArray(a) && a.length !== b.length)) {
    lines.push(`${path}: ${show(a)} / ${show(b)}`);
    return;
  }
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) walk(a[key], b[key], `${path}.${key}`, lines, limit);
}

function show(value) {
  const text = JSON.stringify(value) ?? 'absent';
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
