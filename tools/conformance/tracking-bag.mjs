import { decodeValue } from './values.mjs';

/**
 * A bag of the tables' tagged values that keeps the references of upstream's test bag: every attribute looked up (`a`,
 * or `-a` if absent) and every key of a string map (`m[k]`, `-m[k]`).
 */
export function trackingBag(tagged) {
  const values = new Map(Object.entries(tagged).map(([name, value]) => [name, decodeValue(value)]));
  const seen = new Set();
  return {
    get(name) {
      const value = values.get(name);
      seen.add(value === undefined ? `-${name}` : name);
      return value instanceof Map ? trackedMap(name, value, seen) : value;
    },
    references: () => [...seen].toSorted((a, b) => (a < b ? -1 : 1)),
  };
}

function trackedMap(name, map, seen) {
  return {
    get(key) {
      const value = map.get(key);
      seen.add(value === undefined ? `-${name}[${key}]` : `${name}[${key}]`);
      return value;
    },
    entries: () => map.entries(),
  };
}
