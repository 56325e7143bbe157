/** A point in time, as google.protobuf.Timestamp: seconds since 1970 (floor) and 0 <= nanos < 1e9. */
export class Timestamp {
  constructor(
    readonly seconds: number,
    readonly nanos: number = 0,
  ) {}

  /** RFC 3339 with 0 to 9 digits of a second and an offset; undefined for any other text. */
  static parse(text: string): Timestamp | undefined {
    const match = rfc3339.exec(text);
    if (!match) return undefined;
    const [, year, month, day, hour, minute, second, fraction = '', sign, offsetHour, offsetMinute] = match;
    const fields = [year, month, day, hour, minute, second].map(Number) as [number, number, number, number, number, number];
    if (!isDate(fields) || Number(offsetHour ?? 0) > 24 || Number(offsetMinute ?? 0) > 60) return undefined;
    const offset = (Number(offsetHour ?? 0) * 60 + Number(offsetMinute ?? 0)) * 60 * (sign === '-' ? -1 : 1);
    return new Timestamp(utcSeconds(fields) - offset, Number(fraction.padEnd(9, '0').slice(0, 9)));
  }

  static fromDate(date: Date): Timestamp {
    const seconds = Math.floor(date.getTime() / 1000);
    return new Timestamp(seconds, (date.getTime() - seconds * 1000) * 1_000_000);
  }

  /** Milliseconds resolution. */
  toDate(): Date {
    return new Date(this.seconds * 1000 + Math.floor(this.nanos / 1_000_000));
  }

  /** Negative, zero or positive as this is before, at or after `other`. */
  compare(other: Timestamp): number {
    return this.seconds - other.seconds || this.nanos - other.nanos;
  }

  /** RFC 3339 in UTC with as many digits of a second as it has. */
  toString(): string {
    const whole = new Date(this.seconds * 1000).toISOString().slice(0, 19);
    const fraction = this.nanos === 0 ? '' : `.${String(this.nanos).padStart(9, '0').replace(/0+$/, '')}`;
    return `${whole}${fraction}Z`;
  }

  toJSON(): string {
    return this.toString();
  }
}

const rfc3339 = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(?:Z|([+-])(\d{2}):(\d{2}))$/;

type DateFields = [year: number, month: number, day: number, hour: number, minute: number, second: number];

function isDate([year, month, day, hour, minute, second]: DateFields): boolean {
  if (month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59) return false;
  return day <= daysInMonth(year, month);
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

function utcSeconds([year, month, day, hour, minute, second]: DateFields): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second);
  return date.getTime() / 1000;
}
