import { RecentSeries } from './recent-series.js';
import type { Series } from './series.js';

export type MetricKind = 'GAUGE' | 'COUNTER' | 'DISTRIBUTION';

export interface FamilyDefinition {
  readonly name: string;
  readonly help: string;
  readonly kind: MetricKind;
  /** Sorted. */
  readonly labelNames: readonly string[];
  /** Upper bounds of a DISTRIBUTION, ascending, without +Inf. */
  readonly bounds: readonly number[];
}

const typeNames: Readonly<Record<MetricKind, string>> = { GAUGE: 'gauge', COUNTER: 'counter', DISTRIBUTION: 'histogram' };

/** All label sets of one metric, found by their joined label values. */
export class MetricFamily {
  /** A shorter way to label sets of this family. */
  readonly recent = new RecentSeries();
  readonly #series = new Map<string, Series>();
  #order: readonly Series[] | undefined;

  constructor(
    readonly definition: FamilyDefinition,
    private readonly newSeries: (labelValues: readonly string[]) => Series,
  ) {}

  get size(): number {
    return this.#series.size;
  }

  /** The label set with this key, made of `labelValues()` when it is new. */
  at(key: string, labelValues: () => readonly string[]): Series {
    const known = this.#series.get(key);
    if (known) return known;
    const series = this.newSeries(labelValues());
    this.#series.set(key, series);
    this.#order = undefined;
    return series;
  }

  /** Forgets the label sets last updated before `deadlineMs`; returns how many. */
  expire(deadlineMs: number): number {
    const before = this.#series.size;
    for (const [key, series] of this.#series) if (series.updatedAtMs < deadlineMs) this.#series.delete(key);
    if (this.#series.size !== before) {
      this.#order = undefined;
      this.recent.clear();
    }
    return before - this.#series.size;
  }

  /** The exposition text, label set by label set; nothing while there is none. */
  *render(): Generator<string> {
    if (this.#series.size === 0) return;
    const { name, help, kind } = this.definition;
    yield `# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} ${typeNames[kind]}\n`;
    this.#order ??= [...this.#series.values()].sort(byLabels);
    for (const series of this.#order) yield series.render();
  }
}

function byLabels(a: Series, b: Series): number {
  return a.labels < b.labels ? -1 : a.labels > b.labels ? 1 : 0;
}

function escapeHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}
