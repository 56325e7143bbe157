import type { QuotaArgs, QuotaResult } from '@quartet/mixer-adapter-sdk';
import type { AttributeSource } from '@quartet/mixer-expr';
import { holds, type Destination, type RoutedInstance, type RoutingTable } from '../routing/routing-table.js';
import { arrive, call, type DispatchContext, type Outcome } from './context.js';
import { messageOf } from './errors.js';
import { identityNamespace } from './identity.js';
import { defaultValidDurationMs } from './verdict.js';

export interface QuotaRequest extends QuotaArgs {
  /** As the client calls it: the short name of an instance, in any case. */
  readonly name: string;
}

export type QuotaOutcome = Pick<QuotaResult, 'amount' | 'validDurationMs'> & { readonly code: number; readonly message: string };

const zero: QuotaOutcome = { code: 0, message: '', amount: 0, validDurationMs: 0 };

interface NamedOutcome {
  readonly handlerName: string;
  readonly outcome: Outcome<QuotaResult>;
}

/**
 * Decides one quota. A quota of which no instance is known, or whose rules do not match, is granted in full for a minute;
 * what fails is logged and grants nothing. Synchronous where the adapters are.
 */
export function decideQuota(table: RoutingTable, bag: AttributeSource, input: { readonly request: QuotaRequest; readonly context: DispatchContext }): QuotaOutcome | Promise<QuotaOutcome> {
  const { request, context } = input;
  const { destinations } = table.lookup('QUOTA', identityNamespace(bag));
  const wanted = request.name.toLowerCase();
  const full: QuotaOutcome = { ...zero, amount: request.amount, validDurationMs: defaultValidDurationMs };
  const pending: (NamedOutcome | Promise<NamedOutcome>)[] = [];
  let known = false;
  let result = zero;
  for (const destination of destinations) {
    for (const { match, instances } of destination.groups) {
      const chosen = instances.filter(({ shortName }) => shortName === wanted);
      if (chosen.length === 0) continue;
      known = true;
      if (!holds(match, bag)) result = full;
      else for (const instance of chosen) pending.push(...ask(destination, instance, { bag, ...input }));
    }
  }
  context.stats.destinationsPerRequest.observe(destinations.length);
  context.stats.instancesPerRequest.observe(pending.length);
  if (!known) {
    context.logger.warn(`requested quota '${request.name}' is not configured`);
    return full;
  }
  const waiting = arrive(pending, ({ handlerName, outcome }) => {
    if (outcome.error !== undefined) context.logger.warn(`quota '${request.name}': ${outcome.error}`);
    else if (isZero(result)) result = named(handlerName, outcome.value);
  });
  return waiting ? waiting.then(() => result) : result;
}

interface Question {
  readonly bag: AttributeSource;
  readonly request: QuotaRequest;
  readonly context: DispatchContext;
}

function ask(destination: Destination, instance: RoutedInstance, { bag, request, context }: Question): (NamedOutcome | Promise<NamedOutcome>)[] {
  const { handlerName } = destination;
  try {
    const input = instance.build(bag);
    const outcome = call(destination, context, () => destination.invoke(input as never, request as never) as QuotaResult | Promise<QuotaResult>);
    return [outcome instanceof Promise ? outcome.then((settled) => ({ handlerName, outcome: settled })) : { handlerName, outcome }];
  } catch (error) {
    context.logger.warn(`quota '${request.name}': ${messageOf(error)}`);
    return [];
  }
}

function named(handlerName: string, { status, amount, validDurationMs }: QuotaResult): QuotaOutcome {
  return { code: status.code, message: status.code === 0 ? status.message : `${handlerName}:${status.message}`, amount, validDurationMs };
}

function isZero({ code, amount, validDurationMs }: QuotaOutcome): boolean {
  return code === 0 && amount === 0 && validDurationMs === 0;
}
