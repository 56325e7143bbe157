import { CompressedAttributes } from '@quartet/api/istio/mixer/v1/attributes';
import { Duration, Timestamp, ValueType, type Value } from '@quartet/mixer-expr';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compress } from '../wire/compress.js';
import { GlobalDictionary } from '../wire/dictionary.js';
import { CompressedBag, type BagOptions } from './compressed-bag.js';
import { ReferenceTracker } from './reference-tracker.js';

const dictionary = new GlobalDictionary(['g0', 'g1', 'g2']);

function bagOf(message: Partial<CompressedAttributes>, options: BagOptions = {}): CompressedBag {
  const bytes = Buffer.from(CompressedAttributes.encode(CompressedAttributes.fromPartial(message)).finish());
  return new CompressedBag(bytes, { start: 0, end: bytes.length }, { dictionary, ...options });
}

function roundTrip(values: Record<string, Value>): Record<string, Value> {
  const message = compress(Object.entries(values), { dictionary, globalWordCount: 2 });
  return Object.fromEntries(bagOf(message).entries());
}

describe('a compressed bag', () => {
  it('reads every type', () => {
    const values = { g0: 'text', g2: 'g1', n: -5, d: 1.5, yes: true, no: false, time: new Timestamp(5, 7), took: new Duration(1, 2), zero: 0, empty: '' };
    expect(roundTrip(values)).toEqual(values);
  });

  it('reads string maps by key', () => {
    const bag = bagOf(compress([['m', new Map([['g0', 'v'], ['own', 'g1']])]], { dictionary, globalWordCount: 3 }));
    const map = bag.get('m', ValueType.STRING_MAP) as Map<string, string>;
    expect([map.get('g0'), map.get('own'), map.get('nosuch')]).toEqual(['v', 'g1', undefined]);
  });

  it('keeps integers past 2^53 exact', () => {
    // words: ["n"]; int64s: {-1: 9007199254740993}
    const bytes = Buffer.concat([Buffer.from([10, 1, 110, 26, 11, 8, 1, 16]), Buffer.from([0x81, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10])]);
    bytes[4] = bytes.length - 5;
    expect(new CompressedBag(bytes, { start: 0, end: bytes.length }, { dictionary }).get('n', ValueType.INT64)).toBe(9007199254740993n);
  });

  it('takes a word of the message before the global one', () => {
    expect(bagOf({ words: ['g0', 'own'], strings: { [-1]: -2, 0: 1 } }).get('g0', ValueType.STRING)).toBe('own');
  });

  it('takes the first typed map that has a name', () => {
    expect(bagOf({ strings: { 0: 1 }, int64s: { 0: 5 } }).get('g0', ValueType.STRING)).toBe('g1');
  });

  it('counts what refers to an undefined word as absent, and says so', () => {
    const faults: string[] = [];
    const bag = bagOf({ strings: { 0: 77 }, stringMaps: { 1: { entries: { 0: -9 } } } }, { onUndefinedIndex: (name, { index }) => faults.push(`${name} ${index}`) });
    expect([bag.get('g0', ValueType.STRING), bag.get('g1', ValueType.STRING_MAP)]).toEqual([undefined, undefined]);
    expect(faults).toEqual(['g0 77', 'g1 -9']);
    expect(() => bag.decodeStrictly()).toThrow('attribute index 77 is not defined in the available dictionaries');
  });

  it('tells whole doubles from integers where the manifest declares the other', () => {
    const bag = bagOf({ doubles: { 0: 5 }, int64s: { 1: 5 } });
    expect(() => bag.get('g0', ValueType.INT64)).toThrow("error converting value to integer or duration: '5'");
    expect(() => bag.get('g1', ValueType.DOUBLE)).toThrow("error converting value to double: '5'");
  });

  it('records what is read: scalars, misses, and the keys of maps but not maps', () => {
    const tracker = new ReferenceTracker();
    const bag = bagOf(compress([['a', 'x'], ['m', new Map([['k', 'v']])]], { dictionary, globalWordCount: 0 }), { tracker });
    bag.get('a', ValueType.STRING);
    bag.get('a', ValueType.STRING);
    bag.get('b', ValueType.STRING);
    const map = bag.get('m', ValueType.STRING_MAP) as Map<string, string>;
    map.get('k');
    map.get('l');
    bag.get('n', ValueType.STRING_MAP);
    expect([...tracker].map(({ name, mapKey, condition }) => [name, mapKey, condition])).toEqual([
      ['a', undefined, 2], ['b', undefined, 1], ['n', undefined, 1], ['m', 'k', 2], ['m', 'l', 1],
    ]);
  });

  it('throws a WireError, and nothing else, on bytes that are no message', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (noise) => {
      try {
        const bag = new CompressedBag(Buffer.from(noise), { start: 0, end: noise.length }, { dictionary });
        for (const _ of bag.entries());
      } catch (error) {
        expect((error as Error).name).toBe('WireError');
      }
    }));
  });
});
