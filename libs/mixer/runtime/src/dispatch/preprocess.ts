import type { GeneratedAttributes } from '@quartet/mixer-adapter-sdk';
import type { AttributeSource, Value } from '@quartet/mixer-expr';
import { LayeredBag } from '../bag/layered-bag.js';
import { bindOutput } from '../config/attribute-bindings.js';
import { holds, type Destination, type RoutedInstance, type RoutingTable } from '../routing/routing-table.js';
import { arrive, call, type DispatchContext, type Outcome } from './context.js';
import { messageOf, throwIfFailed } from './errors.js';
import { identityNamespace } from './identity.js';

/**
 * The bag with generated attributes above the request's own, which win. Synchronous where the generators are.
 * @throws AggregateFailure if any generator fails
 */
export function preprocess(table: RoutingTable, bag: AttributeSource, context: DispatchContext): AttributeSource | Promise<AttributeSource> {
  const { destinations } = table.lookup('ATTRIBUTE_GENERATOR', identityNamespace(bag));
  if (destinations.length === 0) return bag;
  const layered = new LayeredBag(bag);
  const failures: string[] = [];
  const pending = destinations.flatMap((destination) => generations(destination, bag, { context, failures }));
  context.stats.destinationsPerRequest.observe(destinations.length);
  context.stats.instancesPerRequest.observe(pending.length);
  const waiting = arrive(pending, (outcome) => {
    if (outcome.error !== undefined) failures.push(outcome.error);
    else layered.merge(outcome.value);
  });
  const finish = () => {
    throwIfFailed(failures);
    return layered;
  };
  return waiting ? waiting.then(finish) : finish();
}

interface Round {
  readonly context: DispatchContext;
  readonly failures: string[];
}

function generations(destination: Destination, bag: AttributeSource, round: Round): (Outcome<Map<string, Value>> | Promise<Outcome<Map<string, Value>>>)[] {
  return destination.groups
    .filter(({ match }) => holds(match, bag))
    .flatMap(({ instances }) => instances)
    .flatMap((instance) => {
      try {
        return [generate(destination, instance, { bag, input: instance.build(bag), context: round.context })];
      } catch (error) {
        round.failures.push(messageOf(error));
        return [];
      }
    });
}

interface Generation {
  readonly bag: AttributeSource;
  readonly input: object;
  readonly context: DispatchContext;
}

function generate(destination: Destination, { bindings }: RoutedInstance, { bag, input, context }: Generation) {
  const bind = (output: GeneratedAttributes) => bindOutput(bindings, output, { prefix: destination.outputPrefix, request: bag });
  return call(destination, context, () => {
    const output = destination.invoke(input as never) as GeneratedAttributes | Promise<GeneratedAttributes>;
    return output instanceof Promise ? output.then(bind) : bind(output);
  });
}
