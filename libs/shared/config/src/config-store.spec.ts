import type { ConfigObject } from '@quartet/model';
import { expect, test } from 'vitest';
import { ConfigStore } from './config-store.js';

const object = (namespace: string, name: string, resourceVersion = '1'): ConfigObject => ({
  collection: 'c', kind: 'K', spec: {}, metadata: { name, namespace, labels: {}, annotations: {}, creationTimestamp: 0, resourceVersion },
});

test('objects are found by name and listed by namespace, then name', () => {
  const store = new ConfigStore();
  store.replace(new Map([['c', [object('b', 'x'), object('a', 'z'), object('a', 'y')]]]));
  expect(store.snapshot.list('c').map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)).toEqual(['a/y', 'a/z', 'b/x']);
  expect(store.snapshot.get('c', 'b', 'x')).toBe(store.snapshot.list('c')[2]);
  expect(store.snapshot.get('c', 'b', 'y')).toBeUndefined();
  expect(store.snapshot.list('unknown')).toEqual([]);
});

test('listeners hear exactly what differs, and nothing of a write without difference', () => {
  const store = new ConfigStore();
  const heard: string[][] = [];
  store.subscribe((_, changed) => heard.push([...changed]));
  const [a, b] = [object('', 'a'), object('', 'b')];
  store.replace(new Map([['one', [a]], ['two', [b]]]));
  const before = store.snapshot;
  store.replace(new Map([['one', [a]], ['two', [b]], ['three', []]]));
  expect(store.snapshot).toBe(before);
  store.replace(new Map([['one', [object('', 'a', '2')]], ['two', [b]]]));
  store.replaceAll(new Map([['two', [b]]]));
  expect(heard).toEqual([['one', 'two'], ['one'], ['one']]);
  expect(before.list('one')).toEqual([a]);
});

test('the version is that of the content', () => {
  const [one, two] = [new ConfigStore(), new ConfigStore()];
  for (const store of [one, two]) store.replace(new Map([['c', [object('', 'a')]]]));
  expect(one.snapshot.version).toBe(two.snapshot.version);
  one.replace(new Map([['c', [object('', 'a', '2')]]]));
  expect(one.snapshot.version).not.toBe(two.snapshot.version);
});

test('a listener that fails does not keep the others from hearing', () => {
  const faults: unknown[] = [];
  const store = new ConfigStore((error) => faults.push(error));
  let heard = 0;
  store.subscribe(() => {
    throw new Error('mine');
  });
  const stop = store.subscribe(() => heard++);
  store.replace(new Map([['c', [object('', 'a')]]]));
  stop();
  store.replace(new Map([['c', []]]));
  expect([faults.length, heard]).toEqual([2, 1]);
});

test('synced is waited for', async () => {
  const store = new ConfigStore();
  expect(store.synced).toBe(false);
  store.markSynced();
  await store.whenSynced();
  expect(store.synced).toBe(true);
});
