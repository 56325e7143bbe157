import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Timestamp } from './timestamp.js';

describe('Timestamp', () => {
  it.each([
    ['1970-01-01T00:00:00Z', 0, 0, '1970-01-01T00:00:00Z'],
    ['2015-01-02T15:04:35.000000001Z', 1420211075, 1, '2015-01-02T15:04:35.000000001Z'],
    ['2015-01-02T15:04:35+02:30', 1420202075, 0, '2015-01-02T12:34:35Z'],
    ['1969-12-31T23:59:59.5Z', -1, 500_000_000, '1969-12-31T23:59:59.5Z'],
    ['0099-02-28T00:00:00Z', -59037984000, 0, '0099-02-28T00:00:00Z'],
  ])('reads %s', (text, seconds, nanos, printed) => {
    const time = Timestamp.parse(text);
    expect(time).toMatchObject({ seconds, nanos });
    expect(time?.toString()).toBe(printed);
  });

  it.each(['', '242233', '2015-01-02', '2015-01-02T15:04:35', '2015-13-02T15:04:35Z', '2015-02-29T15:04:35Z', '2015-01-02T24:00:00Z', '2015-01-02 15:04:35Z'])('refuses %j', (text) => {
    expect(Timestamp.parse(text)).toBeUndefined();
  });

  it('comes from dates and goes back to them', () => {
    fc.assert(fc.property(fc.date({ noInvalidDate: true }), (date) => void expect(Timestamp.fromDate(date).toDate()).toEqual(date)));
  });
});
