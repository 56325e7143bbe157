import type { FamilyDefinition } from './metric-family.js';
import { numberText } from './number-text.js';

/** One label set of one metric. */
export interface Series {
  /** `a="x",b="y"`, or '' without labels. */
  readonly labels: string;
  readonly updatedAtMs: number;
  /** Gauge: sets; counter: adds; histogram: observes. */
  update(value: number, nowMs: number): void;
  render(): string;
}

export function newSeries(definition: FamilyDefinition): (labelValues: readonly string[]) => Series {
  const labelsOf = (values: readonly string[]) => definition.labelNames.map((name, i) => `${name}="${escapeLabel(values[i] ?? '')}"`).join(',');
  switch (definition.kind) {
    case 'GAUGE':
      return (values) => new Gauge(definition.name, labelsOf(values));
    case 'COUNTER':
      return (values) => new Counter(definition.name, labelsOf(values));
    case 'DISTRIBUTION':
      return (values) => new Histogram(definition.name, labelsOf(values), definition.bounds);
  }
}

class Gauge implements Series {
  updatedAtMs = 0;
  protected value = 0;

  constructor(
    private readonly name: string,
    readonly labels: string,
  ) {}

  update(value: number, nowMs: number): void {
    this.value = value;
    this.updatedAtMs = nowMs;
  }

  render(): string {
    return `${this.name}${braced(this.labels)} ${numberText(this.value)}\n`;
  }
}

class Counter extends Gauge {
  override update(value: number, nowMs: number): void {
    if (!(value >= 0)) throw new Error(`counter cannot decrease in value`);
    super.update(this.value + value, nowMs);
  }
}

class Histogram implements Series {
  updatedAtMs = 0;
  readonly #counts: Float64Array;
  #sum = 0;

  constructor(
    private readonly name: string,
    readonly labels: string,
    private readonly bounds: readonly number[],
  ) {
    this.#counts = new Float64Array(bounds.length + 1);
  }

  update(value: number, nowMs: number): void {
    let i = 0;
    while (i < this.bounds.length && value > (this.bounds[i] as number)) i++;
    this.#counts[i] = (this.#counts[i] as number) + 1;
    this.#sum += value;
    this.updatedAtMs = nowMs;
  }

  render(): string {
    const prefix = `${this.name}_bucket{${this.labels}${this.labels === '' ? '' : ','}le="`;
    let text = '';
    let total = 0;
    for (const [i, bound] of this.bounds.entries()) {
      total += this.#counts[i] ?? 0;
      text += `${prefix}${numberText(bound)}"} ${numberText(total)}\n`;
    }
    total += this.#counts[this.bounds.length] ?? 0;
    const labels = braced(this.labels);
    return `${text}${prefix}+Inf"} ${numberText(total)}\n${this.name}_sum${labels} ${numberText(this.#sum)}\n${this.name}_count${labels} ${numberText(total)}\n`;
  }
}

function braced(labels: string): string {
  return labels === '' ? '' : `{${labels}}`;
}

function escapeLabel(text: string): string {
  return /[\\"\n]/.test(text) ? text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n') : text;
}
