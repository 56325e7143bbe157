import { camelCase, requiredType, type FieldSpec, type InferredType, type TemplateInfo, type TemplateName } from '@quartet/mixer-adapter-sdk';
import { compileExpression, valueTypeName, type AttributeSource, type CompiledExpression, type ExprEnv, type ValueType } from '@quartet/mixer-expr';
import type { OutputBinder } from './attribute-bindings.js';

/** An instance whose expressions are compiled. */
export interface CompiledInstance {
  readonly name: string;
  readonly template: TemplateInfo<TemplateName>;
  readonly type: InferredType;
  /** Makes the instance for a request. @throws EvaluationError */
  readonly build: (bag: AttributeSource) => object;
  /** Attribute generators only: what their outputs become. */
  readonly binder: OutputBinder;
  /** Equal for equal configs. */
  readonly signature: string;
}

/** An instance could not be made: which field of which instance, and why. */
export class EvaluationError extends Error {
  override readonly name = 'EvaluationError';
}

/** One field's expression, to find the one that failed. */
interface Leaf {
  readonly path: string;
  readonly expression: CompiledExpression;
}

interface Shape {
  /** JavaScript that makes the value, reading expressions from `e` by position and attributes from `bag`. */
  readonly code: string;
  readonly type: ValueType | Record<string, ValueType> | undefined;
}

/**
 * Compiles an instance's params: each field of the template an expression, maps one an entry.
 * @throws Error naming the field
 */
export function compileInstance(name: string, template: TemplateInfo<TemplateName>, input: { readonly params: unknown; readonly env: ExprEnv }): Pick<CompiledInstance, 'type' | 'build'> {
  const leaves: Leaf[] = [];
  const type: Record<string, Shape['type']> = {};
  const parts = [`"name": ${JSON.stringify(name)}`];
  const shapes = messageShapes(template.fields, input.params, { path: '', env: input.env, leaves });
  for (const [property, shape] of shapes) {
    parts.push(`${propertyKey(property)}: ${shape.code}`);
    if (shape.type !== undefined) type[property] = shape.type;
  }
  const make = new Function('e', `return (bag) => ({ ${parts.join(', ')} });`)(leaves.map(({ expression }) => expression)) as (bag: AttributeSource) => object;
  return { type, build: namingFailures(name, make, leaves) };
}

interface Scope {
  readonly path: string;
  readonly env: ExprEnv;
  readonly leaves: Leaf[];
}

function messageShapes(fields: readonly FieldSpec[], params: unknown, scope: Scope): [string, Shape][] {
  const given = objectAt(params, scope.path);
  const byName = new Map(fields.flatMap((spec) => [[spec.name, spec] as const, [camelCase(spec.name), spec] as const]));
  const unknown = Object.keys(given).find((key) => !byName.has(key));
  if (unknown !== undefined) throw new Error(`${scope.path}${unknown}: unknown field`);
  return fields.map((spec) => [spec.property, fieldShape(spec, given[spec.name] ?? given[camelCase(spec.name)], { ...scope, path: `${scope.path}${spec.name}` })]);
}

function fieldShape(spec: FieldSpec, value: unknown, scope: Scope): Shape {
  if (spec.kind === 'message') {
    if (value === undefined || value === null) return { code: 'undefined', type: undefined };
    const inner = messageShapes(spec.fields ?? [], value, { ...scope, path: `${scope.path}.` });
    return { code: `{ ${inner.map(([property, { code }]) => `${propertyKey(property)}: ${code}`).join(', ')} }`, type: undefined };
  }
  if (spec.kind === 'value_map') return mapShape(value, scope);
  if (value === undefined || value === null || value === '') return { code: zeroCode[spec.kind] ?? 'undefined', type: undefined };
  const expression = expressionAt(value, scope, requiredType(spec.kind));
  return { code: evalCode(expression, scope), type: spec.kind === 'value' ? expression.type : undefined };
}

const zeroCode: Partial<Record<FieldSpec['kind'], string>> = { string: '""', int64: '0', double: '0', bool: 'false' };

function mapShape(value: unknown, scope: Scope): Shape {
  const type: Record<string, ValueType> = {};
  const parts = Object.entries(objectAt(value, scope.path)).map(([key, text]) => {
    const entryScope = { ...scope, path: `${scope.path}[${key}]` };
    const expression = expressionAt(text, entryScope, undefined);
    type[key] = expression.type;
    return `${propertyKey(key)}: ${evalCode(expression, entryScope)}`;
  });
  return { code: `{ ${parts.join(', ')} }`, type };
}

function evalCode(expression: CompiledExpression, { path, leaves }: Scope): string {
  leaves.push({ path, expression });
  return `e[${leaves.length - 1}].eval(bag)`;
}

function expressionAt(text: unknown, { path, env }: Scope, required: ValueType | undefined): CompiledExpression {
  if (typeof text !== 'string') throw new Error(`${path}: not an expression but ${JSON.stringify(text)}; write it as a string`);
  const expression = compiled(text, path, env);
  if (required !== undefined && expression.type !== required) {
    throw new Error(`${path}: error type checking for field '${path}': Evaluated expression type ${valueTypeName(expression.type)} want ${valueTypeName(required)}`);
  }
  return expression;
}

function compiled(text: string, path: string, env: ExprEnv): CompiledExpression {
  try {
    return compileExpression(text, env);
  } catch (error) {
    throw new Error(`${path}: ${(error as Error).message}`, { cause: error });
  }
}

function objectAt(value: unknown, path: string): Readonly<Record<string, unknown>> {
  if (value === undefined || value === null) return {};
  if (typeof value === 'object' && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new Error(`${path === '' ? 'params' : path}: not an object`);
}

/** `__proto__` in quotes would set the prototype. */
function propertyKey(name: string): string {
  return name === '__proto__' ? '["__proto__"]' : JSON.stringify(name);
}

/** The hot path carries no field names: a failure is evaluated again, field by field, to say where it was. */
function namingFailures(name: string, make: (bag: AttributeSource) => object, leaves: readonly Leaf[]): CompiledInstance['build'] {
  return (bag) => {
    try {
      return make(bag);
    } catch (error) {
      throw new EvaluationError(`evaluation failed at [${name}]'${failingPath(leaves, bag)}': ${(error as Error).message}`, { cause: error });
    }
  };
}

function failingPath(leaves: readonly Leaf[], bag: AttributeSource): string {
  const failing = leaves.find(({ expression }) => {
    try {
      expression.eval(bag);
      return false;
    } catch {
      return true;
    }
  });
  return failing?.path ?? '';
}
