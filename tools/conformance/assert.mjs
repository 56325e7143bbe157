// Small assertions for tables; what they throw says what was found.
import { isDeepStrictEqual } from 'node:util';

export function same(actual, expected, what) {
  if (!isDeepStrictEqual(actual, expected)) throw new Error(`${what}: got ${JSON.stringify(actual)}, expected ${JSON.stringify(expected)}`);
}

export const expect = {
  throws(work) {
    try {
      work();
    } catch {
      return;
    }
    throw new Error('went well, an error was expected');
  },
  async rejects(promise) {
    try {
      await promise;
    } catch {
      return;
    }
    throw new Error('went well, an error was expected');
  },
};
