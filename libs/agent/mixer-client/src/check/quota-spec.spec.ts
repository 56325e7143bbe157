import { describe, expect, it } from 'vitest';
import { QuotaSpec } from '@quartet/api/istio/mixer/v1/config/client/quota';
import type { AttributeValue } from '../attributes/value.js';
import { ProtoWriter } from '../wire/proto-writer.js';
import { QuotaSpecs } from './quota-spec.js';

function encode(...specs: QuotaSpec[]): string {
  const writer = new ProtoWriter();
  for (const spec of specs) writer.bytes(QuotaSpec.encode(spec).finish());
  return writer.finish().toString('base64');
}

const spec = (clause: Record<string, object>, quota = 'rq'): QuotaSpec =>
  QuotaSpec.fromPartial({ rules: [{ match: [{ clause }], quotas: [{ quota, charge: 2 }] }] });

describe('quota spec', () => {
  const specs = new QuotaSpecs();

  it.each<[Record<string, object>, Record<string, AttributeValue>, boolean]>([
    [{ 'request.path': { exact: '/a' } }, { 'request.path': '/a' }, true],
    [{ 'request.path': { exact: '/a' } }, { 'request.path': '/ab' }, false],
    [{ 'request.path': { prefix: '/a' } }, { 'request.path': '/ab' }, true],
    [{ 'request.path': { regex: '/a.' } }, { 'request.path': '/ab' }, true],
    [{ 'request.path': { regex: '/a.' } }, { 'request.path': '/abc' }, false],
    [{ 'request.path': { regex: '(' } }, { 'request.path': '(' }, false],
    [{ 'request.path': { exact: '/a' } }, {}, false],
    [{ 'request.size': { exact: '1' } }, { 'request.size': 1 }, false],
    [{ 'request.path': { prefix: '/' }, 'request.method': { exact: 'GET' } }, { 'request.path': '/', 'request.method': 'GET' }, true],
    [{ 'request.path': { prefix: '/' }, 'request.method': { exact: 'GET' } }, { 'request.path': '/', 'request.method': 'PUT' }, false],
  ])('%j on %j applies: %s', (clause, attributes, applies) => {
    expect(specs.needsOf(encode(spec(clause)), new Map(Object.entries(attributes)))).toEqual(applies ? [{ name: 'rq', amount: 2 }] : []);
  });

  it('adds up the rules of all specs; a rule without match always applies', () => {
    const always = { rules: [{ match: [], quotas: [{ quota: 'all', charge: 1 }] }] };
    expect(specs.needsOf(encode(spec({ a: { exact: '1' } }), always), new Map([['a', '1']]))).toEqual([{ name: 'rq', amount: 2 }, { name: 'all', amount: 1 }]);
  });

  it.each([undefined, ''])('%j is no quota', (text) => expect(specs.needsOf(text, new Map())).toEqual([]));

  it('refuses what is no list of specs', () => expect(() => specs.needsOf('/////w==', new Map())).toThrow());
});
