export { windowOf } from './window.js';
export type { Entry, Limit, LimitedDescriptor } from './limit.js';
export { LimitConfigError, parseLimitConfig, type DomainConfig } from './limit-config.js';
export { LimitTable } from './limit-table.js';
export { counterKey } from './counter-key.js';
export type { CounterStore, Take, Taken } from './counter-store.js';
export { MemoryCounters } from './memory-counters.js';
export { unlimited, verdict, type Outcome, type Verdict } from './verdict.js';
