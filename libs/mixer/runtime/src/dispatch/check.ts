import type { CheckResult } from '@quartet/mixer-adapter-sdk';
import type { AttributeSource } from '@quartet/mixer-expr';
import { holds, type Destination, type RoutingTable } from '../routing/routing-table.js';
import type { RouteDirective } from '../wire/responses.js';
import { arrive, call, type DispatchContext, type Outcome } from './context.js';
import { directResponseDirective, headerDirective } from './directive.js';
import { messageOf, throwIfFailed } from './errors.js';
import { identityNamespace } from './identity.js';
import { Verdict } from './verdict.js';

export interface CheckOutcome {
  readonly code: number;
  readonly message: string;
  readonly validDurationMs: number;
  readonly validUseCount: number;
  readonly directive: RouteDirective | undefined;
}

interface NamedOutcome {
  readonly handlerName: string;
  readonly outcome: Outcome<CheckResult>;
}

/**
 * Asks every adapter that a rule of the request's namespace names. Synchronous where the adapters are.
 * @throws AggregateFailure if an instance can't be made or an adapter fails
 */
export function check(table: RoutingTable, bag: AttributeSource, context: DispatchContext): CheckOutcome | Promise<CheckOutcome> {
  const { destinations, directives } = table.lookup('CHECK', identityNamespace(bag));
  const failures: string[] = [];
  const verdict = new Verdict();
  const pending = destinations.flatMap((destination) => dispatches(destination, bag, { context, failures }));
  context.stats.destinationsPerRequest.observe(destinations.length);
  context.stats.instancesPerRequest.observe(pending.length);
  const waiting = arrive(pending, ({ handlerName, outcome }) => {
    if (outcome.error !== undefined) failures.push(outcome.error);
    else verdict.add(handlerName, outcome.value);
  });
  const finish = (): CheckOutcome => {
    throwIfFailed(failures);
    const { code, message, validDurationMs, validUseCount, directResponse } = verdict;
    const denied = directResponse && directResponseDirective(directResponse, code);
    return { code, message, validDurationMs, validUseCount, directive: code === 0 ? headerDirective(directives, bag) : denied };
  };
  return waiting ? waiting.then(finish) : finish();
}

interface Round {
  readonly context: DispatchContext;
  readonly failures: string[];
}

function dispatches(destination: Destination, bag: AttributeSource, { context, failures }: Round): (NamedOutcome | Promise<NamedOutcome>)[] {
  const pending: (NamedOutcome | Promise<NamedOutcome>)[] = [];
  const { handlerName } = destination;
  for (const { match, instances } of destination.groups) {
    if (!holds(match, bag)) continue;
    for (const instance of instances) {
      try {
        const input = instance.build(bag);
        const outcome = call(destination, context, () => destination.invoke(input as never) as CheckResult | Promise<CheckResult>);
        pending.push(outcome instanceof Promise ? outcome.then((settled) => ({ handlerName, outcome: settled })) : { handlerName, outcome });
      } catch (error) {
        failures.push(messageOf(error));
      }
    }
  }
  return pending;
}
