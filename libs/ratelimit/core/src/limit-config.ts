import { parseDocument } from 'yaml';
import { z } from 'zod';
import { parseDuration } from '@quartet/model';
import { windowOf } from './window.js';

/** One level of a domain's tree: requests whose next entry has this key (and value) go on below it. */
export interface DescriptorConfig {
  readonly key: string;
  /** Absent = any value, each with a counter of its own. */
  readonly value?: string;
  readonly limit?: LimitConfig;
  readonly shadow: boolean;
  readonly descriptors: readonly DescriptorConfig[];
}

export interface LimitConfig {
  readonly name?: string;
  readonly requests: number;
  readonly windowMs: number;
}

export interface DomainConfig {
  readonly domain: string;
  readonly descriptors: readonly DescriptorConfig[];
}

/** A configuration that can't be used; the message names the source, the field and the reason. */
export class LimitConfigError extends Error {
  override readonly name = 'LimitConfigError';
}

const count = z.number().int().min(0).max(0xffffffff);

const rateLimit = z.strictObject({ name: z.string().min(1).optional(), unit: z.string().optional(), window: z.string().optional(), requestsPerUnit: count.optional(), unlimited: z.boolean().optional() })
  .transform((given, context): LimitConfig | undefined => {
    const fault = (message: string) => (context.addIssue({ code: 'custom', message }), z.NEVER);
    if (given.unlimited) return given.requestsPerUnit === undefined ? undefined : fault('unlimited and requestsPerUnit exclude each other');
    if (given.requestsPerUnit === undefined) return fault('requestsPerUnit is required');
    if ((given.unit === undefined) === (given.window === undefined)) return fault('either unit or window is required');
    const windowMs = given.unit === undefined ? parseWindow(given.window ?? '') : windowOf(given.unit);
    if (windowMs === undefined) return fault(given.unit === undefined ? `window "${given.window}" is no duration of at least 1ms` : `unit "${given.unit}" is none of second, minute, hour, day, month, year`);
    return { ...(given.name !== undefined && { name: given.name }), requests: given.requestsPerUnit, windowMs };
  });

function parseWindow(text: string): number | undefined {
  const duration = parseDuration(text);
  const ms = duration && duration.seconds * 1_000 + Math.trunc(duration.nanos / 1_000_000);
  return ms !== undefined && ms >= 1 ? ms : undefined;
}

const scalar = z.union([z.string(), z.number(), z.boolean()]).transform(String);

const descriptor: z.ZodType<DescriptorConfig> = z.lazy(() =>
  z.strictObject({ key: z.string().min(1), value: scalar.optional(), rateLimit: rateLimit.optional(), shadowMode: z.boolean().default(false), descriptors: z.array(descriptor).default([]) })
    .transform(({ key, value, rateLimit: limit, shadowMode, descriptors }) => ({ key, ...(value !== undefined && value !== '' && { value }), ...(limit && { limit }), shadow: shadowMode, descriptors })));

const domain = z.strictObject({ domain: z.string().min(1), descriptors: z.array(descriptor).default([]) });

/**
 * Reads one or several YAML documents, each a domain: `domain`, `descriptors` (nested: `key`, `value`, `rateLimit`
 * {`unit` or `window`, `requestsPerUnit`, `unlimited`, `name`}, `shadowMode`, `descriptors`). Fields may be written
 * in snake_case.
 * @param source shown in errors
 * @throws LimitConfigError
 */
export function parseLimitConfig(text: string, source: string): DomainConfig[] {
  return text.split(/^---.*$/m).filter((document) => document.replaceAll(/^\s*#.*$/gm, '').trim() !== '').map((document) => parseDomain(document, source));
}

function parseDomain(text: string, source: string): DomainConfig {
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error) throw new LimitConfigError(`${source}: ${error.message.split('\n')[0]}`);
  const parsed = domain.safeParse(camelCased(document.toJS({ maxAliasCount: 100 })));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new LimitConfigError(`${source}: ${issue?.path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('').slice(1) || 'document'}: ${issue?.message}`);
}

function camelCased(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camelCased);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()), camelCased(item)]));
}
