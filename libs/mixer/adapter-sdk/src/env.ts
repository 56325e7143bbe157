import type { Registry } from 'prom-client';

/** The form that pino and fakes share. */
export interface AdapterLogger {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

export type Cancel = () => void;

/**
 * What Mixer lends an adapter. Background work goes through here so that Mixer can count it, catch what it throws
 * (logged only) and end it with the handler.
 */
export interface AdapterEnv {
  readonly logger: AdapterLogger;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Runs `work` every `intervalMs`; a run that has not ended is not overtaken. */
  every(intervalMs: number, work: () => void | Promise<void>): Cancel;
  /** Runs `work` once. */
  after(delayMs: number, work: () => void | Promise<void>): Cancel;
  /** For metrics of the adapter's own, shown at Mixer's monitoring port. */
  readonly registry: Registry;
}
