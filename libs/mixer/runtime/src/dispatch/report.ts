import type { AttributeSource } from '@quartet/mixer-expr';
import { holds, type Destination, type RoutingTable } from '../routing/routing-table.js';
import { arrive, call, type DispatchContext } from './context.js';
import { messageOf, throwIfFailed } from './errors.js';
import { identityNamespace } from './identity.js';

/** Gathers the instances of one Report's bags by destination, and delivers them together at its end. */
export class Reporter {
  readonly #buffers = new Map<Destination, object[]>();
  readonly failures: string[] = [];

  constructor(
    private readonly table: RoutingTable,
    private readonly context: DispatchContext,
  ) {}

  /** Makes the instances that a bag's rules ask for; those that can't be made are failures of the Report. */
  add(bag: AttributeSource): void {
    const { destinations } = this.table.lookup('REPORT', identityNamespace(bag));
    let count = 0;
    for (const destination of destinations) {
      for (const { match, instances } of destination.groups) {
        if (!holds(match, bag)) continue;
        const buffer = this.#bufferOf(destination);
        for (const instance of instances) {
          try {
            buffer.push(instance.build(bag));
            count++;
          } catch (error) {
            this.failures.push(messageOf(error));
          }
        }
      }
    }
    this.context.stats.destinationsPerRequest.observe(destinations.length);
    this.context.stats.instancesPerRequest.observe(count);
  }

  /**
   * One call for each destination. Synchronous where the adapters are.
   * @throws AggregateFailure of all that failed so far
   */
  flush(): void | Promise<void> {
    const pending = [...this.#buffers]
      .filter(([, instances]) => instances.length > 0)
      .map(([destination, instances]) => call(destination, this.context, () => destination.invoke(instances as never)));
    const waiting = arrive(pending, ({ error }) => {
      if (error !== undefined) this.failures.push(error);
    });
    return waiting ? waiting.then(() => throwIfFailed(this.failures)) : throwIfFailed(this.failures);
  }

  #bufferOf(destination: Destination): object[] {
    const known = this.#buffers.get(destination);
    if (known) return known;
    const buffer: object[] = [];
    this.#buffers.set(destination, buffer);
    return buffer;
  }
}
