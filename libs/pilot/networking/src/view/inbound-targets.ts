import { parseProtocol, Resolution, type Port, type Proxy, type Service } from '@quartet/model';
import type { IstioIngressListener } from '@quartet/api/istio/networking/v1alpha3/sidecar';
import type { PushContext } from '../push/push-context.js';
import { isUncaptured } from '../push/sidecar-scope.js';

/** One port on which the proxy's own workload is served. */
export interface InboundTarget {
  readonly service: Service;
  readonly port: Port;
  /** Where the application listens. */
  readonly endpoint: { readonly family: 'tcp' | 'unix'; readonly address: string; readonly port: number };
  /** Where the proxy listens for it. */
  readonly bind: { readonly ip: string; readonly port: number };
  readonly bindToPort: boolean;
  /** A port of the kubelet's probes: plain TCP without any filters. */
  readonly managed: boolean;
}

/**
 * From Sidecar.ingress if there is any, else from the service instances at the proxy's IPs and its management ports
 * (not in NONE mode, where the workload itself listens there).
 */
export function inboundTargets(push: PushContext, proxy: Proxy): readonly InboundTarget[] {
  const sidecar = push.sidecarScope(proxy).config;
  if (sidecar && sidecar.spec.ingress.length > 0) {
    const id = { name: sidecar.metadata.name, namespace: sidecar.metadata.namespace };
    return sidecar.spec.ingress.flatMap((ingress) => fromIngress(push, proxy, { ingress, id }) ?? []);
  }
  if (proxy.interceptionMode === 'NONE') return [];
  const loopback = proxy.ipAddresses.every((ip) => ip.includes(':')) ? '::1' : '127.0.0.1';
  const instances = push.services.snapshot.instancesAt(proxy.ipAddresses).map(({ service, servicePort, endpoint }): InboundTarget => ({
    service, port: servicePort, bindToPort: false, managed: false,
    endpoint: endpoint.family === 'unix' ? { family: 'unix', address: endpoint.address, port: 0 } : { family: 'tcp', address: loopback, port: endpoint.endpointPort },
    bind: { ip: endpoint.address, port: endpoint.endpointPort },
  }));
  return [...instances, ...managementTargets(push, proxy, { loopback, taken: new Set(instances.map(({ bind }) => `${bind.ip}:${bind.port}`)) })];
}

function managementTargets(push: PushContext, proxy: Proxy, options: { loopback: string; taken: ReadonlySet<string> }): InboundTarget[] {
  return proxy.ipAddresses.flatMap((ip) =>
    push.services.snapshot.managementPortsAt(ip).filter(({ port }) => !options.taken.has(`${ip}:${port}`)).map((port): InboundTarget => ({
      service: syntheticService('mgmtCluster', ''), port, bindToPort: false, managed: true,
      endpoint: { family: 'tcp', address: options.loopback, port: port.port }, bind: { ip, port: port.port },
    })),
  );
}

function fromIngress(push: PushContext, proxy: Proxy, source: { ingress: IstioIngressListener; id: { name: string; namespace: string } }): InboundTarget | undefined {
  const { ingress, id } = source;
  if (!ingress.port) return undefined;
  const { number, name, protocol } = ingress.port;
  const instance = push.services.snapshot.instancesAt(proxy.ipAddresses).find(({ endpoint }) => endpoint.endpointPort === number);
  return {
    service: instance?.service ?? syntheticService(`${id.name}.${id.namespace}`, id.namespace),
    port: { name, port: number, protocol: parseProtocol(protocol) },
    endpoint: parseDefaultEndpoint(ingress.defaultEndpoint),
    bind: { ip: ingress.bind || inboundBind(proxy), port: number },
    bindToPort: proxy.interceptionMode === 'NONE' || isUncaptured(ingress.captureMode),
    managed: false,
  };
}

/** `127.0.0.1:p`, `:p` or `unix://path`; 1.4 left the `unix://` in the path. */
function parseDefaultEndpoint(text: string): InboundTarget['endpoint'] {
  if (text.startsWith('unix://')) return { family: 'unix', address: text.slice('unix://'.length), port: 0 };
  const colon = text.lastIndexOf(':');
  return { family: 'tcp', address: text.slice(0, colon) || '127.0.0.1', port: Number(text.slice(colon + 1)) };
}

/** The first address that is reachable from elsewhere, else the proxy's first. */
function inboundBind(proxy: Proxy): string {
  return proxy.ipAddresses.find((ip) => !ip.startsWith('127.') && ip !== '::1' && !/^fe80:|^169\.254\./i.test(ip)) ?? proxy.ipAddresses[0] ?? '0.0.0.0';
}

/** Stands for a workload port that no service knows. */
function syntheticService(hostname: string, namespace: string): Service {
  return {
    hostname, address: '0.0.0.0', clusterVIPs: {}, ports: [], resolution: Resolution.ClientSideLB, meshExternal: false, serviceAccounts: [], creationTime: 0,
    attributes: { serviceRegistry: '', name: '', namespace, uid: '', exportTo: [], clusterExternalAddresses: {} },
  };
}
