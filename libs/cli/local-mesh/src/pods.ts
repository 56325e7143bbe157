/** One workload of the sample; addresses and names agree with examples/bookinfo/config. */
export interface Pod {
  readonly name: string;
  /** Third number of its loopback addresses. */
  readonly n: number;
  readonly serviceAccount: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly namespace: string;
  readonly workload: string;
  /** The application beside the sidecar; none for the gateway. */
  readonly app?: { readonly program: string; readonly version: string };
}

export const GATEWAY_POD = 'istio-ingressgateway';

export const PODS: readonly Pod[] = [
  { name: GATEWAY_POD, n: 1, serviceAccount: 'istio-ingressgateway-service-account', labels: { app: 'istio-ingressgateway', istio: 'ingressgateway' }, namespace: 'istio-system', workload: 'istio-ingressgateway' },
  workload('productpage', 'v1', 11),
  workload('details', 'v1', 12),
  workload('reviews', 'v1', 13),
  workload('reviews', 'v2', 14),
  workload('reviews', 'v3', 15),
  workload('ratings', 'v1', 16),
];

function workload(program: string, version: string, n: number): Pod {
  const name = `${program}-${version}`;
  return { name, n, serviceAccount: `bookinfo-${program}`, labels: { app: program, version }, namespace: 'default', workload: name, app: { program, version } };
}
