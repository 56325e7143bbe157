import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DescField, DescMessage } from '@bufbuild/protobuf';
import { describeMessage, istioKinds, meshConfigKind, parseManifest, parseSpec, validateObject, type Kind } from './index.js';

const junk = fc.oneof(
  fc.constantFrom(null, '', '*', 'a', 'a.b', '1s', '-1s', 'unix://', '10.0.0.1/99', 'x'.repeat(300), 'NaN'),
  fc.integer(), fc.double(), fc.boolean(), fc.constant([]), fc.constant({}), fc.jsonValue({ maxDepth: 2 }),
);

/** JSON that mostly fits a message and is broken here and there. */
function almost(message: DescMessage, depth: number): fc.Arbitrary<unknown> {
  if (depth === 0 || message.fields.length === 0 || message.typeName.startsWith('google.protobuf.')) return junk;
  const fields = Object.fromEntries(message.fields.map((field) => [field.jsonName, fc.oneof({ weight: 4, arbitrary: valueOf(field, depth) }, { weight: 1, arbitrary: junk })]));
  return fc.record(fields, { requiredKeys: [] });
}

function valueOf(field: DescField, depth: number): fc.Arbitrary<unknown> {
  const single = field.message === undefined ? (field.enum === undefined ? junk : fc.constantFrom(...field.enum.values.map((value) => value.name))) : almost(field.message, depth - 1);
  if (field.fieldKind === 'list') return fc.array(single, { maxLength: 2 });
  return field.fieldKind === 'map' ? fc.dictionary(fc.constantFrom('a', 'b/c', '', '__proto__', 'constructor'), single, { maxKeys: 2 }) : single;
}

const metadata = { name: 'x', namespace: 'y', labels: {}, annotations: {}, creationTimestamp: 0, resourceVersion: '' };

describe.each([...istioKinds, meshConfigKind] as Kind[])('$kind', (kind) => {
  it('of any JSON gives problems with paths, or a spec that encodes; it never throws', () => {
    const message = kind.messageName === 'google.protobuf.Struct' ? undefined : describeMessage(kind.messageName);
    fc.assert(fc.property(message === undefined ? junk : almost(message, 3), (json) => {
      const { spec, problems } = parseSpec(kind, json);
      for (const problem of problems) expect(problem.path).toMatch(/^spec/);
      expect(Array.isArray(validateObject({ collection: kind.collection, kind: kind.kind, metadata, spec }))).toBe(true);
      expect(kind.toJson(kind.decode(kind.encode(spec)))).toEqual(kind.toJson(spec));
    }), { numRuns: 200 });
  });
});

it('a manifest of any JSON gives problems or an object', () => {
  fc.assert(fc.property(fc.jsonValue(), (json) => {
    const { object, problems } = parseManifest(json);
    expect(object === undefined).toBe(problems.some((problem) => problem.severity === 'error'));
  }));
});
