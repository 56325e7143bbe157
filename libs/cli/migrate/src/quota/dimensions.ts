import { parseExpression, type Expression } from '../expression/ast.js';
import { isPeerAddress } from '../expression/translate.js';
import { NotTranslatable } from '../not-translatable.js';
import type { Dimension } from './rate-limit.js';

export interface Dimensions {
  /** What tells buckets apart. */
  readonly free: readonly Dimension[];
  /** What is the same for every request to the service. */
  readonly fixed: Readonly<Record<string, string>>;
}

const headers: Readonly<Record<string, string>> = { 'request.useragent': 'user-agent', 'request.referer': 'referer', 'request.path': ':path', 'request.method': ':method', 'request.host': ':authority' };
const mostWithDefault = 3;

/** The dimensions of a quota instance, for requests to one service. @throws NotTranslatable, ExprError */
export function readDimensions(params: unknown, service: { host: string; name: string; namespace: string }): Dimensions {
  const fixed: Record<string, string> = {};
  const free: Dimension[] = [];
  for (const [name, text] of Object.entries((params ?? {}) as Record<string, unknown>)) {
    const expression = parseExpression(String(text));
    const value = constantOf(expression, service);
    if (value === undefined) free.push(dimension(name, expression));
    else fixed[name] = value;
  }
  if (free.filter((one) => 'default' in one).length > mostWithDefault) throw new NotTranslatable(`more than ${mostWithDefault} dimensions with defaults`);
  if (free.filter((one) => 'source' in one).length > 1) throw new NotTranslatable('two dimensions are the address of the client');
  return { free: free.sort((one, other) => one.name.localeCompare(other.name)), fixed };
}

function constantOf(expression: Expression, service: { host: string; name: string; namespace: string }): string | undefined {
  if (expression.kind === 'constant') return String(expression.value);
  const left = expression.kind === 'call' && expression.name === 'OR' ? expression.args[0] : expression;
  if (left?.kind !== 'variable') return undefined;
  return { 'destination.service.host': service.host, 'destination.service.name': service.name, 'destination.service.namespace': service.namespace, 'destination.namespace': service.namespace }[left.name];
}

function dimension(name: string, expression: Expression): Dimension {
  if (isPeerAddress(expression)) return { name, source: 'remoteAddress' };
  const [left, right] = expression.kind === 'call' && expression.name === 'OR' ? expression.args : [expression];
  const header = left && headerOf(left);
  if (header === undefined || (right !== undefined && right.kind !== 'constant')) throw new NotTranslatable(`dimension ${name}: Envoy's descriptors know headers, with a constant as the default, and the client's address`);
  const fallback = right?.kind === 'constant' ? String(right.value) : left?.kind === 'call' ? '' : undefined;
  return { name, header, ...(fallback !== undefined && { default: fallback === '' ? '-' : fallback }) };
}

function headerOf(expression: Expression): string | undefined {
  if (expression.kind === 'variable') return headers[expression.name];
  if (expression.kind !== 'call' || expression.name !== 'INDEX') return undefined;
  const [map, key] = expression.args;
  const isHeader = map?.kind === 'variable' && map.name === 'request.headers' && key?.kind === 'constant';
  return isHeader ? String(key.value) : undefined;
}
