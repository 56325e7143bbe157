import { templateByName, type TemplateInfo, type TemplateName } from '@quartet/mixer-adapter-sdk';
import type { Language } from '@quartet/mixer-expr';
import type { ConfigObject } from '@quartet/model';
import { compileBindings, OutputBinder } from './attribute-bindings.js';
import { readHandler, readLegacyHandler, type AdapterTable, type HandlerConfig } from './handler.js';
import { compileInstance, type CompiledInstance } from './instance.js';
import type { InstanceSpec, MixerConfig } from './mixer-config.js';
import { fullName } from './naming.js';
import { ProblemLog, type ConfigCounters, type ConfigProblem } from './problems.js';
import { compileRule, type CompiledRule } from './rule.js';
import { languageOf, Vocabulary } from './vocabulary.js';

/** Mixer's configuration, read, checked and compiled. Immutable. */
export interface Snapshot {
  readonly id: number;
  readonly vocabulary: Vocabulary;
  readonly handlers: ReadonlyMap<string, HandlerConfig>;
  readonly instances: ReadonlyMap<string, CompiledInstance>;
  readonly rules: readonly CompiledRule[];
  readonly problems: readonly ConfigProblem[];
  readonly counters: ConfigCounters;
}

export interface SnapshotOptions {
  readonly adapters: AdapterTable;
  /** The dialect where no annotation says another (ISTIO_LANG). */
  readonly language?: Language;
}

/** Never throws: what is faulty is left out and listed, everything else goes live. */
export function buildSnapshot(id: number, config: MixerConfig, { adapters, language = 'CEXL' }: SnapshotOptions): Snapshot {
  const log = new ProblemLog();
  const vocabulary = new Vocabulary(config.manifests);
  const handlers = readHandlers(config, adapters, log);
  const instances = readInstances(config, { vocabulary, language, log });
  const rules = config.rules.flatMap((rule) => {
    const env = vocabulary.env(languageOf(rule, language));
    return compileRule(rule, { env, handlers, instances, log }) ?? [];
  });
  Object.assign(log.counters, {
    attributes_total: vocabulary.size,
    handler_configs_total: handlers.size,
    instance_configs_total: instances.size,
    rule_configs_total: config.rules.length,
    adapter_info_configs_total: adapters.size,
  });
  return { id, vocabulary, handlers, instances, rules, problems: log.problems, counters: log.counters };
}

function readHandlers(config: MixerConfig, adapters: AdapterTable, log: ProblemLog): Map<string, HandlerConfig> {
  const legacy = config.legacy.flatMap((object) => {
    const adapter = adapters.get(object.kind);
    return (adapter && readLegacyHandler(object, adapter, log)) ?? [];
  });
  const handlers = config.handlers.flatMap((object) => readHandler(object, adapters, log) ?? []);
  return new Map([...legacy, ...handlers].map((handler) => [handler.name, handler]));
}

interface InstanceContext {
  readonly vocabulary: Vocabulary;
  readonly language: Language;
  readonly log: ProblemLog;
}

function readInstances(config: MixerConfig, context: InstanceContext): Map<string, CompiledInstance> {
  const legacy = config.legacy.flatMap((object) => {
    const template = templateByName(object.kind);
    return template ? (readInstance(object.kind, legacySpec(object), { ...context, template }) ?? []) : [];
  });
  const instances = config.instances.flatMap((object) => {
    const template = templateByName(object.spec.compiledTemplate ?? '');
    if (template) return readInstance('instance', object, { ...context, template }) ?? [];
    context.log.add('instance_config_errors_total', unknownTemplate(object));
    return [];
  });
  return new Map([...legacy, ...instances].map((instance) => [instance.name, instance]));
}

/** An object of a template's own kind holds the params, and the bindings among them. */
function legacySpec(object: ConfigObject): ConfigObject<InstanceSpec> {
  const { attribute_bindings: snake, attributeBindings = snake, ...params } = (object.spec ?? {}) as Record<string, unknown>;
  return { ...object, spec: { params, attributeBindings: attributeBindings as Record<string, string> } };
}

function unknownTemplate({ metadata, spec }: ConfigObject<InstanceSpec>): ConfigProblem {
  const message = spec.compiledTemplate
    ? `compiledTemplate '${spec.compiledTemplate}' is unknown`
    : `template '${spec.template ?? ''}': templates of out-of-process adapters are not supported`;
  return { kind: 'instance', object: fullName(metadata.name, 'instance', metadata.namespace), message };
}

function readInstance(kind: string, object: ConfigObject<InstanceSpec>, context: InstanceContext & { readonly template: TemplateInfo<TemplateName> }): CompiledInstance | undefined {
  const { template, vocabulary, log } = context;
  const { params, attributeBindings = {} } = object.spec;
  const name = fullName(object.metadata.name, kind, object.metadata.namespace);
  const language = languageOf(object, context.language);
  try {
    const compiled = compileInstance(name, template, { params, env: vocabulary.env(language) });
    const binder = new OutputBinder(compileBindings(attributeBindings, template, { vocabulary, language }), template.outputPrefix ?? '');
    return { name, template, ...compiled, binder, signature: JSON.stringify([template.name, name, params, compiled.type]) };
  } catch (error) {
    log.add('instance_config_errors_total', { kind, object: name, message: (error as Error).message });
    return undefined;
  }
}
