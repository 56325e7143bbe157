import type { DocumentProblem } from '@quartet/config';
import type { CollectionSnapshot } from '@quartet/mcp';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** Istio 1.4's `galley_runtime_*` metrics, as far as files have them, and what is wrong with documents. */
export class GalleyMetrics {
  readonly #published: Counter;
  readonly #events: Counter;
  readonly #eventsPerSnapshot: Histogram;
  readonly #lifetime: Histogram;
  readonly #instances: Gauge;
  readonly #problems: Gauge;
  #publishedAt: number | undefined;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#published = new Counter({ name: 'galley_runtime_processor_snapshots_published_total', help: 'The number of snapshots published.', registers });
    this.#events = new Counter({ name: 'galley_runtime_processor_events_processed_total', help: 'The number of collections that changed.', registers });
    this.#eventsPerSnapshot = new Histogram({ name: 'galley_runtime_processor_snapshot_events_total', help: 'Changed collections of a snapshot.', buckets: [0, 1, 2, 4, 8, 16, 32, 64], registers });
    this.#lifetime = new Histogram({ name: 'galley_runtime_processor_snapshot_lifetime_duration_milliseconds', help: 'How long a snapshot stood.', buckets: [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7], registers });
    this.#instances = new Gauge({ name: 'galley_runtime_state_type_instances_total', help: 'Objects of a collection.', labelNames: ['collection'], registers });
    this.#problems = new Gauge({ name: 'galley_config_problems', help: 'What is wrong with documents of the configuration now.', labelNames: ['severity'], registers });
    this.setProblems([]);
  }

  published(changed: readonly string[], collections: ReadonlyMap<string, CollectionSnapshot>): void {
    const now = performance.now();
    if (this.#publishedAt !== undefined) this.#lifetime.observe(now - this.#publishedAt);
    this.#publishedAt = now;
    this.#published.inc();
    this.#events.inc(changed.length);
    this.#eventsPerSnapshot.observe(changed.length);
    for (const collection of changed) this.#instances.set({ collection }, collections.get(collection)?.resources.length ?? 0);
  }

  setProblems(problems: readonly Pick<DocumentProblem, 'severity'>[]): void {
    for (const severity of ['error', 'warning'] as const) this.#problems.set({ severity }, problems.filter((problem) => problem.severity === severity).length);
  }
}
