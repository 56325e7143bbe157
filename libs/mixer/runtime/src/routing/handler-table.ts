import { problemsText, handlerMethods, type AdapterEnv, type Handler, type InferredType, type TemplateName } from '@quartet/mixer-adapter-sdk';
import type { HandlerConfig } from '../config/handler.js';
import type { CompiledInstance } from '../config/instance.js';
import type { Snapshot } from '../config/snapshot.js';

/** A built handler, and what its background work runs in. */
export interface LiveHandler {
  readonly config: HandlerConfig;
  readonly handler: Handler;
  /** Equal = may go on under another snapshot. */
  readonly signature: string;
  /** Ends the background work that the handler left running. */
  readonly endWork: () => void;
}

/** Counters of one change of handlers; shown as `mixer_handler_<name>`. */
export interface HandlerCounters {
  new_handlers_total: number;
  reused_handlers_total: number;
  closed_handlers_total: number;
  handler_build_failures_total: number;
  handler_close_failures_total: number;
}

export interface HandlerTable {
  readonly handlers: ReadonlyMap<string, LiveHandler>;
  readonly counters: HandlerCounters;
}

export const emptyHandlerTable: HandlerTable = {
  handlers: new Map(),
  counters: { new_handlers_total: 0, reused_handlers_total: 0, closed_handlers_total: 0, handler_build_failures_total: 0, handler_close_failures_total: 0 },
};

export interface HandlerBuilder {
  /** A place to work in for one handler. */
  env(config: HandlerConfig): { readonly env: AdapterEnv; readonly end: () => void };
  /** Told of each handler that can't be built. */
  failed(config: HandlerConfig, message: string): void;
}

/** Builds what rules use; a handler that is the same as before stays as it is. */
export async function buildHandlers(snapshot: Snapshot, previous: HandlerTable, builder: HandlerBuilder): Promise<HandlerTable> {
  const handlers = new Map<string, LiveHandler>();
  const counters: HandlerCounters = { ...emptyHandlerTable.counters };
  for (const { config, instances } of usedHandlers(snapshot).values()) {
    const signature = JSON.stringify([config.signature, [...instances].map(({ signature: own }) => own).sort()]);
    const before = previous.handlers.get(config.name);
    if (before?.signature === signature) {
      counters.reused_handlers_total++;
      handlers.set(config.name, before);
      continue;
    }
    const built = await buildHandler(config, instances, builder);
    if (built) handlers.set(config.name, { ...built, config, signature });
    counters[built ? 'new_handlers_total' : 'handler_build_failures_total']++;
  }
  counters.closed_handlers_total = [...previous.handlers].filter(([name, live]) => handlers.get(name) !== live).length;
  return { handlers, counters };
}

interface UsedHandler {
  readonly config: HandlerConfig;
  readonly instances: Set<CompiledInstance>;
}

function usedHandlers({ rules }: Snapshot): Map<string, UsedHandler> {
  const used = new Map<string, UsedHandler>();
  for (const { handler, instances } of rules.flatMap(({ actions }) => actions)) {
    const entry = used.get(handler.name) ?? { config: handler, instances: new Set() };
    for (const instance of instances) entry.instances.add(instance);
    used.set(handler.name, entry);
  }
  return used;
}

async function buildHandler(config: HandlerConfig, instances: ReadonlySet<CompiledInstance>, builder: HandlerBuilder): Promise<Pick<LiveHandler, 'handler' | 'endWork'> | undefined> {
  const { env, end } = builder.env(config);
  try {
    const context = { params: config.params, types: inferredTypes(instances) };
    const problems = config.adapter.validate?.(context) ?? [];
    if (problems.length > 0) throw new Error(`adapter validation failed: ${problemsText(problems)}`);
    const handler = await config.adapter.build(context, env);
    const missing = [...instances].find(({ template }) => typeof handler[handlerMethods[template.name]] !== 'function');
    if (missing) throw new Error(`adapter ${config.adapter.name} has no ${handlerMethods[missing.template.name]}`);
    return { handler, endWork: end };
  } catch (error) {
    end();
    builder.failed(config, (error as Error).message);
    return undefined;
  }
}

function inferredTypes(instances: ReadonlySet<CompiledInstance>): Partial<Record<TemplateName, Map<string, InferredType>>> {
  const types: Partial<Record<TemplateName, Map<string, InferredType>>> = {};
  for (const { name, template, type } of instances) (types[template.name] ??= new Map()).set(name, type);
  return types;
}
