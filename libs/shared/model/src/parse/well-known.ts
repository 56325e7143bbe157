import { fromJson, type JsonValue } from '@bufbuild/protobuf';
import { AnySchema } from '@bufbuild/protobuf/wkt';
import { descriptorRegistry } from '../descriptors.js';
import { parseDuration } from '../duration.js';
import { isObject, show, type ParseContext } from './context.js';

type WellKnown = (value: unknown, path: string, context: ParseContext) => unknown;

/** Messages with a JSON form of their own (wrappers are handled as scalars), in the form that generated types hold. */
export const wellKnown: Readonly<Record<string, WellKnown>> = {
  'google.protobuf.Duration': (value, path, context) => {
    const duration = typeof value === 'string' ? parseDuration(value) : undefined;
    return duration ?? context.error(path, `expected a duration such as "1.5s" or "100ms", got ${show(value)}`);
  },
  'google.protobuf.Timestamp': (value, path, context) => {
    const timestamp = typeof value === 'string' ? parseTimestamp(value) : undefined;
    return timestamp ?? context.error(path, `expected a time such as "2020-01-31T12:00:00Z", got ${show(value)}`);
  },
  'google.protobuf.Struct': (value, path, context) => (isObject(value) ? value : context.error(path, `expected an object, got ${show(value)}`)),
  'google.protobuf.ListValue': (value, path, context) => (Array.isArray(value) ? value : context.error(path, `expected a list, got ${show(value)}`)),
  'google.protobuf.Value': (value) => value,
  'google.protobuf.Any': (value, path, context) => {
    const name = isObject(value) ? String(value['@type'] ?? '').replace(/^.*\//, '') : '';
    if (context.options.anyOfUnknownType === true && descriptorRegistry().getMessage(name) === undefined) return undefined;
    try {
      const any = fromJson(AnySchema, value as JsonValue, { registry: descriptorRegistry() });
      return { typeUrl: any.typeUrl, value: Buffer.from(any.value) };
    } catch (error) {
      return context.error(path, `expected a message with "@type": ${(error as Error).message}`);
    }
  },
};

/** RFC 3339 with up to nine digits of a second's fraction. */
export function parseTimestamp(text: string): { seconds: number; nanos: number } | undefined {
  const match = /^(\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?([Zz]|[+-]\d\d:\d\d)$/.exec(text);
  if (match === null) return undefined;
  const [, base = '', fraction = '', zone = ''] = match;
  const ms = Date.parse(`${base}${zone}`.toUpperCase());
  return Number.isNaN(ms) ? undefined : { seconds: ms / 1_000, nanos: Number(fraction.padEnd(9, '0')) };
}
