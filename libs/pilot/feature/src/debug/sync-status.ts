import { ADS_TYPES, ENDPOINT_TYPE, type Connection, type Subscription } from '@quartet/xds';
import type { PilotClient } from '../pilot-client.js';

/** Keys of `/debug/syncz` by xDS type. */
const prefixes: Readonly<Record<string, string>> = { cds: 'cluster', lds: 'listener', rds: 'route', eds: 'endpoint' };

export interface Nack {
  readonly nonce: string;
  readonly version: string;
  readonly code: number;
  /** Envoy's own words. */
  readonly message: string;
  readonly at: string;
  /** How often this connection has refused the type. */
  readonly count: number;
}

/**
 * One proxy in `/debug/syncz`: Istio 1.4's keys (`cluster_sent`, `cluster_acked`, ... hold nonces; empty ones are left out) and, of our own,
 * `versions` (version_info sent and accepted, by type), `nacks` (the refusals in force) and `connection`.
 */
export type SyncStatus = Readonly<Record<string, unknown>> & { readonly proxy: string };

export function syncStatus(connection: Connection<PilotClient>): SyncStatus {
  const { client, session } = connection;
  const nonces: Record<string, string> = {};
  const versions: Record<string, { sent: string; acked: string }> = {};
  const nacks: Record<string, Nack> = {};
  for (const { typeUrl, name } of ADS_TYPES) {
    const subscription = session.subscription(typeUrl);
    if (!subscription) continue;
    const { sent, acked, rejection } = subscription;
    if (sent) nonces[`${prefixes[name]}_sent`] = sent.nonce;
    if (acked) nonces[`${prefixes[name]}_acked`] = acked.nonce;
    versions[name] = { sent: sent?.version ?? '', acked: acked?.version ?? '' };
    if (rejection) {
      const { nonce, version, code, message, at } = rejection;
      nacks[name] = { nonce, version, code, message, at: new Date(at).toISOString(), count: subscription.nacks };
    }
  }
  return {
    proxy: client.proxy.id,
    ...(client.proxy.istioVersion === '' ? {} : { istio_version: client.proxy.istioVersion }),
    ...nonces,
    ...endpointPercent(session.subscription(ENDPOINT_TYPE), client),
    synced: session.settled && Object.keys(nacks).length === 0,
    versions,
    ...(Object.keys(nacks).length > 0 ? { nacks } : {}),
    connection: { id: connection.id, peer: connection.peer, connected_at: new Date(connection.connectedAt).toISOString() },
  };
}

/** Watched clusters as a share of all that have endpoints. */
function endpointPercent(subscription: Subscription | undefined, { view }: PilotClient): { endpoint_percent?: number } {
  const all = view?.set(ENDPOINT_TYPE).size ?? 0;
  return subscription && all > 0 ? { endpoint_percent: Math.min(100, Math.round((100 * subscription.names.size) / all)) } : {};
}
