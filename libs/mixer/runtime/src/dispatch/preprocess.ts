import type { GeneratedAttributes } from '@quartet/mixer-adapter-sdk';
import { ValueType, type AttributeSource, type Value } from '@quartet/mixer-expr';
import { CompressedBag } from '../bag/compressed-bag.js';
import { LayeredBag } from '../bag/layered-bag.js';
import { holds, type Destination, type RoutedInstance, type RoutingTable } from '../routing/routing-table.js';
import { arrive, call, type DispatchContext, type Outcome } from './context.js';
import { messageOf, throwIfFailed } from './errors.js';
import { identityNamespace } from './identity.js';

/**
 * The bag with generated attributes where the request has none of its own. Synchronous where the generators are.
 * On a bag that records what is read, every generated name counts as read, whether the rules look at it or not: so it is
 * in Mixer 1.4, which merges by looking each up.
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
    else {
      layered.addGenerated(outcome.value);
      if (bag instanceof CompressedBag && bag.tracked) for (const name of outcome.value.keys()) bag.get(name, ValueType.VALUE_TYPE_UNSPECIFIED);
    }
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

type Generated = Outcome<ReadonlyMap<string, Value>>;

function generations(destination: Destination, bag: AttributeSource, { context, failures }: Round): (Generated | Promise<Generated>)[] {
  const pending: (Generated | Promise<Generated>)[] = [];
  for (const { match, instances } of destination.groups) {
    if (!holds(match, bag)) continue;
    for (const instance of instances) {
      try {
        pending.push(generate(destination, instance, { bag, input: instance.build(bag), context }));
      } catch (error) {
        failures.push(messageOf(error));
      }
    }
  }
  return pending;
}

interface Generation {
  readonly bag: AttributeSource;
  readonly input: object;
  readonly context: DispatchContext;
}

function generate(destination: Destination, { binder }: RoutedInstance, { bag, input, context }: Generation): Generated | Promise<Generated> {
  return call(destination, context, () => {
    const output = destination.invoke(input as never) as GeneratedAttributes | Promise<GeneratedAttributes>;
    return output instanceof Promise ? output.then((settled) => binder.bind(settled, bag)) : binder.bind(output, bag);
  });
}
