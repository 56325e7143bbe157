/** istio.mixer.v1 timestamp_value. */
export class TimestampValue {
  constructor(readonly seconds: number, readonly nanos: number) {}

  static fromMillis(ms: number): TimestampValue {
    const seconds = Math.floor(ms / 1000);
    return new TimestampValue(seconds, Math.round((ms - seconds * 1000) * 1e6));
  }
}

/** istio.mixer.v1 duration_value. */
export class DurationValue {
  constructor(readonly seconds: number, readonly nanos: number) {}
}

/** istio.mixer.v1 double_value. */
export class DoubleValue {
  constructor(readonly value: number) {}
}

export type StringMap = ReadonlyMap<string, string>;

/** Value of one attribute. A plain number is an int64_value (a safe integer); an IP address is its 4 or 16 raw bytes. */
export type AttributeValue = string | number | boolean | Uint8Array | TimestampValue | DurationValue | DoubleValue | StringMap;

/**
 * Attributes of one request. A `Map<string, AttributeValue>` is one; a check computes them on demand, since a cached
 * answer reads only those that Mixer referenced.
 */
export interface AttributeSource {
  get(name: string): AttributeValue | undefined;
  /** Every attribute once, in any order. */
  forEach(visit: (value: AttributeValue, name: string) => void): void;
}

export type AttributeBag = Map<string, AttributeValue>;
