import type { AdapterEnv } from './env.js';
import type { Awaitable, Handler } from './handler.js';
import type { InferredType } from './instances.js';
import type { ParamsSchema } from './params.js';
import type { TemplateName } from './templates.js';

/** A fault in a handler's params. `path` as in the config: `quotas[0].max_amount`. */
export interface ParamsProblem {
  readonly path: string;
  readonly message: string;
}

/** What a handler is built for: its params and the types of the instances that rules send to it, by instance name. */
export interface BuildContext<P> {
  readonly params: P;
  readonly types: Readonly<Partial<Record<TemplateName, ReadonlyMap<string, InferredType>>>>;
}

export interface AdapterDefinition<P> {
  /** The name in `compiledAdapter`, and the legacy kind. */
  readonly name: string;
  readonly description: string;
  readonly templates: readonly TemplateName[];
  readonly params: ParamsSchema<P>;
  /** Beyond what the schema says, and what hangs on the instances. */
  validate?(context: BuildContext<P>): readonly ParamsProblem[];
  /** What it throws leaves the handler out; its actions are skipped. */
  build(context: BuildContext<P>, env: AdapterEnv): Awaitable<Handler>;
}

/** An adapter of any params: what Mixer keeps in its table. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Adapter = AdapterDefinition<any>;

/**
 * Declares an adapter.
 *
 * @example
 * export const denyAll = defineAdapter({
 *   name: 'denyall',
 *   description: 'Denies everything.',
 *   templates: ['checknothing'],
 *   params: message({ reason: string() }),
 *   build: ({ params }) => ({ handleCheckNothing: () => ({ status: statusOf(Code.PERMISSION_DENIED, params.reason), validDurationMs: 0, validUseCount: 0 }) }),
 * });
 */
export function defineAdapter<P>(definition: AdapterDefinition<P>): AdapterDefinition<P> {
  return definition;
}

export function problemsText(problems: readonly ParamsProblem[]): string {
  return problems.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; ');
}
