import { handlerMethods, type TemplateName, type Variety } from '@quartet/mixer-adapter-sdk';
import { EvalError, type AttributeSource } from '@quartet/mixer-expr';
import type { CompiledInstance } from '../config/instance.js';
import { shortName } from '../config/naming.js';
import type { HeaderOperationTemplate, Match } from '../config/rule.js';
import type { Snapshot } from '../config/snapshot.js';
import type { DispatchStats, DispatchStatsTable } from './dispatch-stats.js';
import type { HandlerTable, LiveHandler } from './handler-table.js';

export interface RoutedInstance extends Pick<CompiledInstance, 'name' | 'build' | 'binder'> {
  readonly shortName: string;
}

/** Instances under one condition. */
export interface InstanceGroup {
  readonly match: Match;
  readonly instances: RoutedInstance[];
}

/** One handler, receiving instances of one template. */
export interface Destination {
  readonly handlerName: string;
  readonly template: TemplateName;
  /** The handler's method for the template. */
  readonly invoke: (instance: never, args?: never) => unknown;
  readonly groups: InstanceGroup[];
  readonly stats: DispatchStats;
}

/** The header operations of one rule. */
export interface DirectiveGroup {
  readonly rule: string;
  readonly match: Match;
  readonly request: readonly HeaderOperationTemplate[];
  readonly response: readonly HeaderOperationTemplate[];
}

/** What a request of one namespace goes through, for one variety. */
export interface NamespaceTable {
  readonly destinations: Destination[];
  readonly directives: DirectiveGroup[];
}

const nothing: NamespaceTable = Object.freeze({ destinations: [], directives: [] });
const varieties: readonly Variety[] = ['CHECK', 'REPORT', 'QUOTA', 'ATTRIBUTE_GENERATOR'];

/** Whether a condition holds; one that can't be evaluated does not. */
export function holds(match: Match, bag: AttributeSource): boolean {
  if (!match.expression) return true;
  try {
    return match.expression.evalBoolean(bag);
  } catch (error) {
    if (error instanceof EvalError) return false;
    throw error;
  }
}

/**
 * Who gets what: variety -> namespace -> destinations -> groups by match -> instances. One snapshot's table serves
 * requests until the next takes over, and is counted out when the last of them has left.
 */
export class RoutingTable {
  static empty(): RoutingTable {
    return new RoutingTable(0, new Map(), '');
  }

  #inFlight = 0;
  #onIdle: (() => void) | undefined;

  constructor(
    readonly id: number,
    private readonly byVariety: ReadonlyMap<Variety, ReadonlyMap<string, NamespaceTable>>,
    private readonly defaultNamespace: string,
  ) {}

  /** The default namespace's if the given one has none of its own. */
  lookup(variety: Variety, namespace: string): NamespaceTable {
    const tables = this.byVariety.get(variety);
    return tables?.get(namespace) ?? tables?.get(this.defaultNamespace) ?? nothing;
  }

  enter(): void {
    this.#inFlight++;
  }

  leave(): void {
    if (--this.#inFlight === 0) this.#onIdle?.();
  }

  /** Resolves when no request is under way. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#onIdle = resolve;
      if (this.#inFlight === 0) resolve();
    });
  }

  /** Destinations of each variety over all namespaces. */
  destinationCounts(): Record<Variety, number> {
    const count = (variety: Variety) => [...(this.byVariety.get(variety)?.values() ?? [])].reduce((sum, { destinations }) => sum + destinations.length, 0);
    return Object.fromEntries(varieties.map((variety) => [variety, count(variety)])) as Record<Variety, number>;
  }

  /** The whole table, to be looked at. */
  toJSON(): unknown {
    const describe = ({ destinations, directives }: NamespaceTable) => ({
      destinations: destinations.map(({ handlerName, template, stats, groups }) => ({
        handler: handlerName,
        adapter: stats.adapter,
        template,
        groups: groups.map(({ match, instances }) => ({ match: match.text || 'true', instances: instances.map(({ name }) => name) })),
      })),
      ...(directives.length > 0 ? { headerOperations: directives.map(({ rule, match }) => ({ rule, match: match.text || 'true' })) } : {}),
    });
    const tables = [...this.byVariety].map(([variety, byNamespace]) => [variety, Object.fromEntries([...byNamespace].map(([namespace, table]) => [namespace, describe(table)]))]);
    return { id: this.id, defaultNamespace: this.defaultNamespace, inFlight: this.#inFlight, varieties: Object.fromEntries(tables) };
  }
}

export interface RoutingOptions {
  readonly defaultNamespace: string;
  readonly stats: DispatchStatsTable;
  /** Told of actions whose handler could not be built. */
  readonly unsatisfied: (rule: string, handler: string) => void;
}

export function buildRoutingTable(snapshot: Snapshot, handlers: HandlerTable, options: RoutingOptions): RoutingTable {
  const tables = new Map<Variety, Map<string, NamespaceTable>>(varieties.map((variety) => [variety, new Map()]));
  const tableOf = (variety: Variety, namespace: string): NamespaceTable => {
    const byNamespace = tables.get(variety) as Map<string, NamespaceTable>;
    const table = byNamespace.get(namespace) ?? { destinations: [], directives: [] };
    byNamespace.set(namespace, table);
    return table;
  };
  for (const { name, namespace, match, actions, requestHeaderOperations: request, responseHeaderOperations: response } of snapshot.rules) {
    for (const { handler, instances } of actions) {
      const live = handlers.handlers.get(handler.name);
      if (!live) options.unsatisfied(name, handler.name);
      else for (const instance of instances) addInstance(tableOf(instance.template.variety, namespace), live, { instance, match, stats: options.stats });
    }
    if (request.length + response.length > 0) tableOf('CHECK', namespace).directives.push({ rule: name, match, request, response });
  }
  for (const byNamespace of tables.values()) inheritDefaults(byNamespace, options.defaultNamespace);
  return new RoutingTable(snapshot.id, tables, options.defaultNamespace);
}

/** Destinations of the default namespace come first everywhere; its header operations are not inherited. */
function inheritDefaults(byNamespace: Map<string, NamespaceTable>, defaultNamespace: string): void {
  const defaults = byNamespace.get(defaultNamespace);
  for (const [namespace, table] of byNamespace) if (defaults && namespace !== defaultNamespace) table.destinations.unshift(...defaults.destinations);
}

interface Addition {
  readonly instance: CompiledInstance;
  readonly match: Match;
  readonly stats: DispatchStatsTable;
}

function addInstance(table: NamespaceTable, live: LiveHandler, { instance, match, stats }: Addition): void {
  const destination = destinationOf(table, live, { instance, stats });
  let group = destination.groups.find((candidate) => candidate.match.text === match.text);
  if (!group) destination.groups.push((group = { match, instances: [] }));
  if (group.instances.some(({ name }) => name === instance.name)) return;
  group.instances.push({ name: instance.name, shortName: shortName(instance.name).toLowerCase(), build: instance.build, binder: instance.binder });
}

function destinationOf(table: NamespaceTable, { config, handler }: LiveHandler, { instance, stats }: Omit<Addition, 'match'>): Destination {
  const template = instance.template.name;
  const known = table.destinations.find((candidate) => candidate.handlerName === config.reportedName && candidate.template === template);
  if (known) return known;
  const method = handler[handlerMethods[template]] as (instance: never, args?: never) => unknown;
  const destination: Destination = {
    handlerName: config.reportedName,
    template,
    invoke: method.bind(handler),
    groups: [],
    stats: stats.of(template, config.reportedName, config.adapter.name),
  };
  table.destinations.push(destination);
  return destination;
}
