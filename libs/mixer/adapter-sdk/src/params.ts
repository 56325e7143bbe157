import { z } from 'zod';
import type { ParamsProblem } from './adapter.js';
import { camelCase } from './field.js';
import { Duration } from './values.js';

/**
 * The shape of an adapter's params in the protobuf JSON mapping: names in camelCase or snake_case, unknown names refused,
 * absent fields at their defaults. Durations (`60s`, `1m30s`) become milliseconds; enums (name or number) become names.
 */
export interface ParamsSchema<P> {
  /** `params` holds what could be read; it is whole only if there is no problem. */
  parse(json: unknown): { readonly params: P; readonly problems: readonly ParamsProblem[] };
}

type Shape = Record<string, z.ZodType>;

const camelKeys = (value: unknown): unknown =>
  isObject(value) ? Object.fromEntries(Object.entries(value).map(([key, entry]) => [camelCase(key), entry])) : (value ?? {});

/** A nested message; absent = all defaults. Field names in camelCase. */
export function nested<S extends Shape>(shape: S) {
  return z.preprocess(camelKeys, z.strictObject(shape));
}

/** A nested message that may be absent. */
export function optional<S extends Shape>(shape: S) {
  return z.preprocess((value) => (value === undefined || value === null ? undefined : camelKeys(value)), z.strictObject(shape).optional());
}

export function repeated<T extends z.ZodType>(element: T) {
  return z.array(element).default([] as never);
}

export function mapOf<T extends z.ZodType>(value: T) {
  return z.record(z.string(), value).default({} as never);
}

export function string(fallback = '') {
  return z.string().default(fallback);
}

export function bool(fallback = false) {
  return z.boolean().default(fallback);
}

const numeric = (value: unknown): unknown => (typeof value === 'string' && value.trim() !== '' ? Number(value) : value);

/** int32, int64: a number or its text. */
export function integer(fallback = 0) {
  return z.preprocess(numeric, z.number().int().default(fallback));
}

export function double(fallback = 0) {
  return z.preprocess(numeric, z.number().default(fallback));
}

/** Milliseconds; `fallback` in Go's syntax. */
export function duration(fallback = '0s') {
  return z
    .string()
    .default(fallback)
    .transform((text, context) => {
      const parsed = Duration.parse(text);
      if (parsed) return parsed.toMilliseconds();
      context.addIssue(`'${text}' is not a duration`);
      return 0;
    });
}

/** Values by name -> number; the result is the name. */
export function enumeration<const N extends string>(values: Readonly<Record<N, number>>, fallback: NoInfer<N>) {
  const byNumber = new Map(Object.entries<number>(values).map(([name, number]) => [number, name]));
  const names = Object.keys(values) as [N, ...N[]];
  return z.preprocess((value) => (typeof value === 'number' ? (byNumber.get(value) ?? value) : value), z.enum(names).default(fallback as never)) as unknown as z.ZodType<N>;
}

/** Any JSON object, kept as it is. */
export function struct() {
  return z.record(z.string(), z.unknown());
}

/** The schema of a whole Params message. */
export function message<S extends Shape>(shape: S): ParamsSchema<z.infer<z.ZodObject<S>>> {
  const schema = z.strictObject(shape);
  return {
    parse(json) {
      const value = json ?? {};
      if (!isObject(value)) return { params: schema.parse({}) as never, problems: [{ path: '', message: 'params is not an object' }] };
      const fields = camelKeys(value) as Record<string, unknown>;
      const whole = schema.safeParse(fields);
      if (whole.success) return { params: whole.data as never, problems: [] };
      const { issues } = whole.error;
      return { params: schema.parse(withoutFaulty(fields, issues)) as never, problems: issues.flatMap(problemsOf) };
    },
  };
}

function withoutFaulty(fields: Record<string, unknown>, issues: readonly z.core.$ZodIssue[]): Record<string, unknown> {
  const faulty = new Set(issues.flatMap((issue) => (issue.path.length > 0 ? [String(issue.path[0])] : issue.code === 'unrecognized_keys' ? issue.keys : [])));
  return Object.fromEntries(Object.entries(fields).filter(([key]) => !faulty.has(key)));
}

function problemsOf(issue: z.core.$ZodIssue): ParamsProblem[] {
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => ({ path: pathText([...issue.path, key]), message: 'unknown field' }));
  return [{ path: pathText(issue.path), message: issue.message }];
}

function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => (typeof part === 'number' ? `${text}[${part}]` : text === '' ? String(part) : `${text}.${String(part)}`), '');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
