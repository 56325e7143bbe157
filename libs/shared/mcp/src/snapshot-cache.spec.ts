import { expect, test } from 'vitest';
import { CollectionSnapshot, createSnapshot } from './snapshot.js';
import { SnapshotCache } from './snapshot-cache.js';

const snapshot = (version: string) => createSnapshot([new CollectionSnapshot('c', version, [])]);

function watched(cache: SnapshotCache, known: string): { answers: (string | undefined)[]; cancel: () => void } {
  const answers: (string | undefined)[] = [];
  const cancel = cache.watch('g', { collection: 'c', known }, (state) => answers.push(state?.version));
  return { answers, cancel };
}

test('an older version is answered at once, the current one when it changes, each watch once', () => {
  const cache = new SnapshotCache();
  cache.setSnapshot('g', snapshot('1'));
  expect(watched(cache, '').answers).toEqual(['1']);
  const waiting = watched(cache, '1');
  cache.setSnapshot('g', snapshot('1'));
  cache.setSnapshot('other', snapshot('2'));
  expect(waiting.answers).toEqual([]);
  cache.setSnapshot('g', snapshot('2'));
  cache.setSnapshot('g', snapshot('3'));
  expect(waiting.answers).toEqual(['2']);
});

test('a cancelled watch is not answered', () => {
  const cache = new SnapshotCache();
  const waiting = watched(cache, '');
  waiting.cancel();
  cache.setSnapshot('g', snapshot('1'));
  expect(waiting.answers).toEqual([]);
});

test('after a clear a watch waits for the next snapshot', () => {
  const cache = new SnapshotCache();
  cache.setSnapshot('g', snapshot('1'));
  cache.clearSnapshot('g');
  const waiting = watched(cache, '');
  expect(waiting.answers).toEqual([]);
  cache.setSnapshot('g', snapshot('1'));
  expect(waiting.answers).toEqual(['1']);
});

test('closing ends watches with an empty answer', () => {
  const cache = new SnapshotCache();
  const waiting = watched(cache, '');
  cache.close();
  cache.setSnapshot('g', snapshot('1'));
  expect(waiting.answers).toEqual([undefined]);
});
