import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MalformedMessageError, ProtoReader } from './proto-reader.js';
import { ProtoWriter } from './proto-writer.js';

const write = (run: (writer: ProtoWriter) => void): ProtoReader => {
  const writer = new ProtoWriter(4);
  run(writer);
  return new ProtoReader(writer.finish());
};

describe('protobuf reader and writer', () => {
  it('agree on integers', () => {
    fc.assert(fc.property(fc.maxSafeInteger(), (value) => write((w) => w.int64(value)).int64() === value));
    fc.assert(fc.property(fc.integer({ min: 0, max: 0xffffffff }), (value) => write((w) => w.uint32(value)).uint32() === value));
    fc.assert(fc.property(fc.integer(), (value) => write((w) => w.sint32(value)).sint32() === value));
  });

  it.each([0, 1, 0x7f, 0x80, 0x3fff, 0x4000, 0x1fffff, 0x200000])('agree on a nested message of %i bytes', (size) => {
    const reader = write((w) => {
      const start = w.begin();
      w.raw(Buffer.alloc(size, 7));
      w.end(start);
      w.uint32(42);
    });
    expect(reader.bytes().equals(Buffer.alloc(size, 7))).toBe(true);
    expect(reader.uint32()).toBe(42);
  });

  it.each([
    ['a varint without end', Buffer.alloc(12, 0xff)],
    ['a cut varint', Buffer.of(0x80)],
  ])('refuses %s', (_name, bytes) => expect(() => new ProtoReader(bytes).int64()).toThrow(MalformedMessageError));

  it.each([
    ['a length past the end', Buffer.of(0x0a, 5, 1)],
    ['a cut fixed64', Buffer.of(0x09, 1, 2)],
    ['a group', Buffer.of(0x0b)],
  ])('refuses to skip %s', (_name, bytes) => {
    const reader = new ProtoReader(bytes);
    expect(() => reader.skip(reader.tag())).toThrow(MalformedMessageError);
  });
});
