import type { GeneratedAttributes, TemplateInfo } from '@quartet/mixer-adapter-sdk';
import { compileExpression, EvalError, valueTypeName, type AttributeSource, type CompiledExpression, type Language, type Value, type ValueType } from '@quartet/mixer-expr';
import type { Vocabulary } from './vocabulary.js';

/** `attribute: expression` of an attribute generator's instance. */
export interface AttributeBinding {
  readonly attribute: string;
  readonly expression: CompiledExpression;
}

/**
 * Compiles bindings, in which `$out` is the template's output.
 * @throws Error if a target is not declared or of another type
 */
export function compileBindings(bindings: Readonly<Record<string, string>>, template: TemplateInfo, input: { readonly vocabulary: Vocabulary; readonly language: Language }): AttributeBinding[] {
  const env = input.vocabulary.bindingEnv(input.language);
  return Object.entries(bindings).map(([attribute, text]) => {
    const declared = input.vocabulary.typeOf(attribute);
    if (declared === undefined) throw new Error(`attributeBindings[${attribute}]: unknown attribute ${attribute}`);
    const expression = compileBinding(text.replaceAll('$out', template.outputPrefix ?? 'output'), attribute, env);
    if (expression.type !== declared) {
      throw new Error(`attributeBindings[${attribute}]: type ${valueTypeName(expression.type)} of '${text}' is not the attribute's type ${valueTypeName(declared)}`);
    }
    return { attribute, expression };
  });
}

function compileBinding(text: string, attribute: string, env: Parameters<typeof compileExpression>[1]): CompiledExpression {
  try {
    return compileExpression(text, env);
  } catch (error) {
    throw new Error(`attributeBindings[${attribute}]: ${(error as Error).message}`, { cause: error });
  }
}

/** What a generator put out, seen by bindings beside the request's attributes. */
class OutputBag implements AttributeSource {
  readonly #prefixLength: number;
  /** A binding has read an attribute of the request. */
  readRequest = false;

  constructor(
    private readonly prefix: string,
    private readonly output: GeneratedAttributes,
    private readonly request: AttributeSource,
  ) {
    this.#prefixLength = prefix.length + 1;
  }

  get(name: string, declared: ValueType): Value | undefined {
    if (name.startsWith(this.prefix)) return this.output[name.slice(this.#prefixLength)];
    this.readRequest = true;
    return this.request.get(name, declared);
  }
}

/** Evaluates an instance's bindings; what hangs on the output alone is kept for as long as the output is. */
export class OutputBinder {
  readonly #bound = new WeakMap<GeneratedAttributes, ReadonlyMap<string, Value>>();

  constructor(
    private readonly bindings: readonly AttributeBinding[],
    private readonly prefix: string,
  ) {}

  /** The attributes that an output means. @throws EvalError naming the attribute */
  bind(output: GeneratedAttributes, request: AttributeSource): ReadonlyMap<string, Value> {
    const known = this.#bound.get(output);
    if (known) return known;
    const bag = new OutputBag(this.prefix, output, request);
    const values = new Map<string, Value>();
    for (const { attribute, expression } of this.bindings) {
      try {
        values.set(attribute, expression.eval(bag));
      } catch (error) {
        throw new EvalError(`evaluation failed for attribute ${attribute}: ${(error as Error).message}`);
      }
    }
    if (!bag.readRequest) this.#bound.set(output, values);
    return values;
  }
}
