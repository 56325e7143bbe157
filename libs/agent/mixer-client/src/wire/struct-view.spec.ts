import { Metadata } from '@quartet/api/envoy/config/core/v3/base';
import { Struct } from '@quartet/api/google/protobuf/struct';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MetadataView } from './struct-view.js';

const viewOf = (filterMetadata: Record<string, Record<string, unknown>>) => new MetadataView(Buffer.from(Metadata.encode(Metadata.fromPartial({ filterMetadata })).finish()));

describe('MetadataView', () => {
  it('has the namespaces that were sent, with values of every kind', () => {
    const fields = { text: 'a', empty: '', yes: true, no: false, number: 1.5, nothing: null, list: ['a', 2], nested: { deep: { deeper: 'é' } } };
    const view = viewOf({ 'istio.mixer': fields, other: {} });
    expect([...view.namespaces()].sort()).toEqual(['istio.mixer', 'other']);
    expect(view.fields('istio.mixer')).toEqual(fields);
    expect(view.fields('other')).toEqual({});
    expect(view.fields('none')).toBeUndefined();
    expect(view.text('istio.mixer', 'text')).toBe('a');
    expect(view.text('istio.mixer', 'number')).toBeUndefined();
  });

  it('reads fields as the generated code does', () => {
    const key = fc.string({ minLength: 1 }).filter((name) => name !== '__proto__');
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof({ depthSize: 'small' }, fc.string(), fc.boolean(), fc.constant(null), fc.integer(), fc.array(tie('value')), fc.dictionary(key, tie('value'), { noNullPrototype: true })),
    }));
    fc.assert(
      fc.property(fc.dictionary(key, value, { noNullPrototype: true }), (fields) => {
        const sent = Struct.unwrap(Struct.decode(Struct.encode(Struct.wrap(fields)).finish()));
        expect(viewOf({ n: fields }).fields('n')).toEqual(sent);
      }),
    );
  });
});
