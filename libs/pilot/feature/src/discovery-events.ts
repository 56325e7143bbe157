import type { Connection, DiscoveryServerEvents, Rejection, RequestOutcome, SentResponse, Subscription } from '@quartet/xds';
import type { PilotClient } from './pilot-client.js';
import type { PilotMetrics } from './pilot-metrics.js';
import type { PushRequest } from './push-request.js';
import type { PushTracker } from './push-tracker.js';

/** What is logged to; a pino logger fits. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Where what happens is told. */
export interface DiscoverySinks {
  readonly metrics: PilotMetrics;
  readonly log: Log;
  /** Fire and forget. */
  readonly bus: { publish(type: string, data: unknown): void };
}

type PilotConnection = Connection<PilotClient>;

/** Metrics, logs and bus events of the discovery server. */
export class DiscoveryEvents implements DiscoveryServerEvents<PilotClient, PushRequest> {
  constructor(private readonly options: DiscoverySinks & { readonly tracker: PushTracker; readonly now: () => number }) {}

  connected(connection: PilotConnection): void {
    this.options.log.info({ proxy: connection.client.proxy.id, connection: connection.id, peer: connection.peer }, 'ADS: connected');
    this.options.bus.publish('proxy-connected', { proxy: connection.client.proxy.id, connection: connection.id });
  }

  disconnected(connection: PilotConnection): void {
    this.options.log.info({ proxy: connection.client.proxy.id, connection: connection.id }, 'ADS: disconnected');
    this.options.tracker.gone(connection.id);
    this.options.bus.publish('proxy-disconnected', { proxy: connection.client.proxy.id, connection: connection.id });
  }

  sent(connection: PilotConnection, { type }: Subscription, { nonce, version, resources, bytes }: SentResponse): void {
    const { pushStartedAt } = connection.client;
    this.options.metrics.pushes.inc({ type: type.name });
    if (pushStartedAt !== undefined) this.options.metrics.pushTime.observe({ type: type.name }, (performance.now() - pushStartedAt) / 1000);
    this.options.log.debug({ connection: connection.id, type: type.name, nonce, version, resources, bytes }, 'ADS: sent');
  }

  rejected(connection: PilotConnection, { type, nacks }: Subscription, { nonce, version, code, message }: Rejection): void {
    this.options.metrics.rejected(type.name, connection.client.proxy.id, code);
    this.options.tracker.rejected(connection.id);
    this.options.log.warn({ proxy: connection.client.proxy.id, type: type.name, nonce, version, code, reason: message }, 'ADS: the proxy refused a response');
    this.options.bus.publish('nack', { proxy: connection.client.proxy.id, connection: connection.id, type: type.name, nonce, version, code, message, count: nacks });
  }

  stale(connection: PilotConnection, { type }: Subscription): void {
    if (type.name === 'rds') this.options.metrics.expiredNonces.inc();
    this.options.log.debug({ connection: connection.id, type: type.name }, 'ADS: stale nonce');
  }

  requested(connection: PilotConnection, outcome: RequestOutcome): void {
    if ((outcome === 'ack' || outcome === 'nack' || outcome === 'resubscribe') && connection.session.settled) this.options.tracker.settled(connection.id);
  }

  unknownType(connection: PilotConnection, typeUrl: string): void {
    this.options.log.warn({ connection: connection.id, typeUrl }, 'ADS: a type that is not served');
  }

  pushed(connection: PilotConnection, request: PushRequest, responses: number): void {
    const now = this.options.now();
    connection.client.pushStartedAt = undefined;
    this.options.metrics.convergenceTime.observe((now - request.changedAt) / 1000);
    this.options.metrics.queueTime.observe((now - request.queuedAt) / 1000);
    this.options.log.debug({ connection: connection.id, version: request.version, responses }, 'ADS: pushed');
    this.options.tracker.sent(connection.id);
    if (connection.session.settled) this.options.tracker.settled(connection.id);
  }

  stuck(connection: PilotConnection, reason: string): void {
    this.options.metrics.writeTimeouts.inc();
    this.options.log.warn({ proxy: connection.client.proxy.id, connection: connection.id, reason }, 'ADS: closing a proxy that does not read');
    this.options.bus.publish('slow-proxy', { proxy: connection.client.proxy.id, connection: connection.id, reason });
  }

  failed(error: unknown, connection: PilotConnection | undefined): void {
    this.options.metrics.internalErrors.inc();
    this.options.log.error({ err: error, connection: connection?.id }, 'ADS: failed');
  }
}
