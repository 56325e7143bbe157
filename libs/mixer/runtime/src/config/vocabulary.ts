import type { ConfigObject } from '@quartet/model';
import { templates } from '@quartet/mixer-adapter-sdk';
import { type ExprEnv, type Language, type ValueType } from '@quartet/mixer-expr';
import { requiredType } from '@quartet/mixer-adapter-sdk';
import type { AttributeManifestSpec } from './mixer-config.js';

/** The declared attributes: the manifests of every namespace in one, and apart from them what attribute generators put out. */
export class Vocabulary {
  readonly #types = new Map<string, ValueType>();
  readonly #outputs = new Map<string, ValueType>();

  constructor(manifests: readonly ConfigObject<AttributeManifestSpec>[]) {
    for (const { spec } of manifests) {
      for (const [name, { valueType }] of Object.entries(spec.attributes ?? {})) if (!this.#types.has(name)) this.#types.set(name, (valueType ?? 0) as ValueType);
    }
    for (const { output, outputPrefix } of [templates.kubernetes]) {
      for (const { name, kind } of output) this.#outputs.set(`${outputPrefix}.${name}`, requiredType(kind) ?? 0);
    }
  }

  get size(): number {
    return this.#types.size;
  }

  typeOf(name: string): ValueType | undefined {
    return this.#types.get(name);
  }

  /** For matches, instances and header values. */
  env(language: Language): ExprEnv {
    return { attributes: (name) => this.#types.get(name), attributeNames: () => this.#types.keys(), language };
  }

  /** For attribute bindings, which see generators' outputs too. */
  bindingEnv(language: Language): ExprEnv {
    return {
      attributes: (name) => this.#outputs.get(name) ?? this.#types.get(name),
      attributeNames: () => [...this.#types.keys(), ...this.#outputs.keys()],
      language,
    };
  }
}

const annotation = 'policy.istio.io/lang';

/** The dialect of an object's expressions. */
export function languageOf({ metadata }: ConfigObject, fallback: Language): Language {
  const named = metadata.annotations[annotation];
  if (named === undefined) return fallback;
  return named === 'CEL' || named === 'COMPAT' ? named : 'CEXL';
}
