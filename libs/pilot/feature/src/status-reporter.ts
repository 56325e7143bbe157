import { ADS_TYPES, type Connection } from '@quartet/xds';
import type { DiscoveryService } from './discovery-service.js';
import type { PilotClient } from './pilot-client.js';

/** A bucket's value is small: more proxies than this are counted, not listed. */
const listedProxies = 200;

/** What Pilot tells of its proxies in its heartbeat on the control bus. */
export interface PilotStatusDetail {
  /** For people: the version of the last push, and how many proxies are in sync. */
  readonly xds: string;
  readonly xdsVersion: string;
  readonly configSnapshot: string;
  readonly connected: number;
  readonly proxies: readonly { readonly proxy: string; readonly synced: boolean; readonly versions: Readonly<Record<string, string>>; readonly refused?: Readonly<Record<string, string>> }[];
}

export function pilotStatusDetail(service: DiscoveryService): PilotStatusDetail {
  const connections = [...service.connections];
  const synced = connections.filter(({ session }) => session.settled).length;
  const number = service.version.slice(service.version.lastIndexOf('/') + 1);
  return {
    xds: `push ${number}, ${synced}/${connections.length} proxies synced`,
    xdsVersion: service.version,
    configSnapshot: service.config.version,
    connected: connections.length,
    proxies: connections.slice(0, listedProxies).map(proxyDetail),
  };
}

function proxyDetail({ client, session }: Connection<PilotClient>): PilotStatusDetail['proxies'][number] {
  const versions: Record<string, string> = {};
  const refused: Record<string, string> = {};
  for (const { typeUrl, name } of ADS_TYPES) {
    const subscription = session.subscription(typeUrl);
    if (subscription?.acked) versions[name] = subscription.acked.version;
    if (subscription?.rejection) refused[name] = subscription.rejection.message.slice(0, 200);
  }
  return { proxy: client.proxy.id, synced: session.settled, versions, ...(Object.keys(refused).length > 0 ? { refused } : {}) };
}
