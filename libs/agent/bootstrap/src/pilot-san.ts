import type { HostPort } from './addresses.js';

export interface PilotSanOptions {
  readonly discovery: HostPort;
  readonly trustDomain: string;
  /** `--pilot-identity`; replaces the path of the id. */
  readonly pilotIdentity?: string | undefined;
  readonly podNamespace: string;
  readonly istioNamespace: string;
}

/** The SPIFFE id that Pilot must show (Istio 1.4 pilot-agent): the namespace is read from the discovery host's labels. */
export function pilotSan({ discovery, trustDomain, pilotIdentity, podNamespace, istioNamespace }: PilotSanOptions): string {
  if (pilotIdentity) return `spiffe://${trustDomain}/${pilotIdentity}`;
  const labels = discovery.host.split('.');
  const namespace = labels.length === 1 ? podNamespace : labels.length === 2 ? labels[1]! : istioNamespace;
  return `spiffe://${trustDomain}/ns/${namespace}/sa/istio-pilot-service-account`;
}
