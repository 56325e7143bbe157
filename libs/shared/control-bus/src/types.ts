/** What the bus logs to; a pino logger fits. */
export interface BusLog {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
}

/** Configuration of one component (or of all), as Galley publishes it. `version` changes whenever content does. */
export interface ComponentConfig {
  readonly version: string;
  /** Scope -> level. */
  readonly logLevels: Readonly<Record<string, string>>;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** Value of the key `<component>.<instance>` in the status bucket. */
export interface ComponentStatus {
  readonly component: string;
  readonly instance: string;
  /** Build version of the component. */
  readonly version: string;
  /** `host:port` of its monitoring server. */
  readonly address: string;
  readonly ready: boolean;
  /** Probe -> true, or why it is not ready. */
  readonly readiness: Readonly<Record<string, boolean | string>>;
  /** Version of the component configuration that is applied; empty before the first. */
  readonly configVersion: string;
  /** Why the newest configuration was refused; absent if it was applied. */
  readonly configError?: string;
  /** RFC 3339. */
  readonly startedAt: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** A status as a watcher knows it. */
export interface ObservedStatus extends ComponentStatus {
  /** Milliseconds since the epoch of the last heartbeat that was seen. */
  readonly lastSeen: number;
  /** False once heartbeats have been missing for a status's time to live, or after a clean shutdown. */
  readonly alive: boolean;
}

export interface BusEvent<T = unknown> {
  readonly component: string;
  readonly instance: string;
  readonly type: string;
  /** RFC 3339. */
  readonly time: string;
  readonly data: T;
}

/** A way to apply configuration. A returned text or a thrown error refuses it and is reported in the status. */
export type ConfigApplier = (config: ComponentConfig) => void | string | Promise<void | string>;

export interface ControlBusOptions {
  /** `nats://host:port`, several separated by commas; without it the bus is local to the process. */
  readonly url?: string | undefined;
  readonly component: string;
  readonly instance: string;
  readonly version: string;
  readonly address: string;
  readonly log?: BusLog;
  readonly startedAt?: Date;
  /** Milliseconds; default 3000. */
  readonly heartbeatMs?: number;
  /** Events kept while they can't be sent; default 1000. The oldest is dropped. */
  readonly maxQueuedEvents?: number;
  /** Reads and commands only: has no status of its own on the bus. */
  readonly observer?: boolean;
}

/** Plain numbers, read by the metrics of the process. */
export interface BusCounters {
  /** 1 while connected. */
  connected: number;
  /** Connections made, the first one not counted. */
  reconnects: number;
  connectFailures: number;
  eventsPublished: number;
  eventsDropped: number;
  statusPublished: number;
  publishFailures: number;
  configApplied: number;
  configRejected: number;
}

export class ControlBusUnavailable extends Error {
  override readonly name = 'ControlBusUnavailable';
}

/** The other side refused a command or failed at it. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
}
