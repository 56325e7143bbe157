import { defineAdapter, okStatus, params as p, type AdapterEnv, type Quota, type QuotaArgs, type QuotaResult } from '@quartet/mixer-adapter-sdk';
import { DedupCache } from './dedup.js';
import { matchingOverride, quotaKey } from './limits.js';
import { RollingWindow } from './rolling-window.js';

const memquotaParams = p.message({
  quotas: p.repeated(
    p.nested({
      name: p.string(),
      maxAmount: p.integer(),
      validDuration: p.duration(),
      overrides: p.repeated(p.nested({ dimensions: p.mapOf(p.string()), maxAmount: p.integer(), validDuration: p.duration() })),
    }),
  ),
  minDeduplicationDuration: p.duration('1s'),
});

export type MemquotaParams = ReturnType<typeof memquotaParams.parse>['params'];

/** How many counters one handler keeps; the least recently made go first, counted in the log. */
const maxCells = 200_000;
const tickMs = 100;

/**
 * Quotas counted in this process's memory.
 * Source: mixer/adapter/memquota.
 */
export const memquota = defineAdapter({
  name: 'memquota',
  description: 'Volatile memory-based quota tracking',
  templates: ['quota'],
  params: memquotaParams,
  validate({ params, types }) {
    const missing = [...(types.quota?.keys() ?? [])].filter((name) => !params.quotas.some((quota) => quota.name === name));
    return [
      ...(params.minDeduplicationDuration > 0 ? [] : [{ path: 'minDeduplicationDuration', message: 'deduplication window must be > 0' }]),
      ...missing.map((name) => ({ path: 'quotas', message: `did not find limit defined for quota ${name}` })),
    ];
  },
  build({ params }, env) {
    const ledger = new QuotaLedger(params, env);
    return { handleQuota: (instance, args) => ledger.decide(instance, args) };
  },
});

interface Limit {
  readonly maxAmount: number;
  readonly validDurationMs: number;
}

type Grant = Pick<QuotaResult, 'amount' | 'validDurationMs'>;
const nothing: Grant = { amount: 0, validDurationMs: 0 };

/** The limit for an instance with these dimensions. */
export function limitOf(quota: MemquotaParams['quotas'][number], dimensions: Quota['dimensions']): Limit {
  const { maxAmount, validDuration } = matchingOverride(quota.overrides, dimensions) ?? quota;
  return { maxAmount, validDurationMs: validDuration };
}

class QuotaLedger {
  readonly #quotas: ReadonlyMap<string, MemquotaParams['quotas'][number]>;
  readonly #dedup: DedupCache;
  readonly #counters = new Map<string, number>();
  readonly #windows = new Map<string, RollingWindow>();

  constructor(
    params: MemquotaParams,
    private readonly env: AdapterEnv,
  ) {
    this.#quotas = new Map(params.quotas.map((quota) => [quota.name, quota]));
    this.#dedup = new DedupCache(params.minDeduplicationDuration, env.now());
  }

  decide({ name, dimensions }: Quota, args: QuotaArgs): QuotaResult {
    const quota = this.#quotas.get(name);
    if (!quota) throw new Error(`did not find limit defined for quota ${name}`);
    const now = this.env.now();
    const known = args.dedupId === '' ? undefined : this.#dedup.find(args.dedupId, now);
    if (known) return { status: okStatus, ...known };
    const grant = this.#grant(quotaKey(name, dimensions), limitOf(quota, dimensions), args);
    if (args.dedupId !== '') this.#dedup.remember(args.dedupId, grant, now);
    return { status: okStatus, ...grant };
  }

  #grant(key: string, limit: Limit, args: QuotaArgs): Grant {
    if (args.amount > 0) return limit.validDurationMs === 0 ? this.#count(key, limit, args) : this.#book(key, limit, args);
    if (args.amount < 0) return { amount: this.#release(key, limit, -args.amount), validDurationMs: 0 };
    return nothing;
  }

  #count(key: string, { maxAmount }: Limit, { amount, bestEffort }: QuotaArgs): Grant {
    const used = this.#counters.get(key) ?? 0;
    const left = Math.max(0, maxAmount - used);
    const granted = amount <= left ? amount : bestEffort ? left : 0;
    if (granted > 0) this.#keep(this.#counters, key, used + granted);
    return { amount: granted, validDurationMs: 0 };
  }

  #book(key: string, { maxAmount, validDurationMs }: Limit, { amount, bestEffort }: QuotaArgs): Grant {
    const window = this.#windows.get(key) ?? new RollingWindow(maxAmount, Math.ceil(validDurationMs / 1000) * (1000 / tickMs));
    this.#keep(this.#windows, key, window);
    const tick = this.#tick();
    window.roll(tick);
    const granted = amount <= window.available ? amount : bestEffort ? window.available : 0;
    if (granted <= 0 || !window.alloc(granted, tick)) return nothing;
    return { amount: granted, validDurationMs };
  }

  #release(key: string, { maxAmount, validDurationMs }: Limit, amount: number): number {
    if (validDurationMs === 0) return this.#uncount(key, amount);
    const window = this.#windows.get(key);
    if (!window) return 0;
    const released = window.release(amount, this.#tick());
    if (window.available === maxAmount) this.#windows.delete(key);
    return released;
  }

  #uncount(key: string, amount: number): number {
    const used = this.#counters.get(key) ?? 0;
    const released = Math.min(used, amount);
    if (used === released) this.#counters.delete(key);
    else this.#counters.set(key, used - released);
    return released;
  }

  #tick(): number {
    return Math.floor(this.env.now() / tickMs);
  }

  #keep<V>(cells: Map<string, V>, key: string, value: V): void {
    if (cells.size >= maxCells && !cells.has(key)) {
      const [oldest] = cells.keys();
      if (oldest !== undefined) cells.delete(oldest);
      this.env.logger.warn(`more than ${maxCells} quota counters: forgot ${oldest}`);
    }
    cells.set(key, value);
  }
}
