import { MetricFamily, type FamilyDefinition } from './metric-family.js';
import { newSeries } from './series.js';

/** A metric is already there with another definition. */
export class DefinitionConflictError extends Error {
  override readonly name = 'DefinitionConflictError';
}

/**
 * What all prometheus handlers of a Mixer share and one port shows. Handlers add metrics; values stay as long as a
 * metric's definition does.
 */
export class Exposition {
  readonly #families = new Map<string, MetricFamily>();
  #order: readonly MetricFamily[] | undefined;

  /** @throws DefinitionConflictError */
  register(definition: FamilyDefinition): MetricFamily {
    const known = this.#families.get(definition.name);
    if (known) {
      if (sameDefinition(known.definition, definition)) return known;
      throw new DefinitionConflictError(`metric ${definition.name} is already defined with other labels, help or kind`);
    }
    const family = new MetricFamily(definition, newSeries(definition));
    this.#families.set(definition.name, family);
    this.#order = undefined;
    return family;
  }

  clear(): void {
    this.#families.clear();
    this.#order = undefined;
  }

  get seriesCount(): number {
    return [...this.#families.values()].reduce((sum, family) => sum + family.size, 0);
  }

  /** The text format 0.0.4 in pieces of a label set each, so that a large answer can be written bit by bit. */
  *render(): Generator<string> {
    this.#order ??= [...this.#families.values()].sort((a, b) => (a.definition.name < b.definition.name ? -1 : 1));
    for (const family of this.#order) yield* family.render();
  }

  text(): string {
    return [...this.render()].join('');
  }
}

function sameDefinition(a: FamilyDefinition, b: FamilyDefinition): boolean {
  return a.kind === b.kind && a.help === b.help && sameList(a.labelNames, b.labelNames) && sameList(a.bounds, b.bounds);
}

function sameList<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((element, i) => element === b[i]);
}
