import { join } from 'node:path';
import { cacheDir } from '@quartet/binaries';
import { GATEWAY_POD, type Pod, PODS } from './pods.js';
import { type ScrapeJob, writePrometheusConfig } from './prometheus-config.js';
import type { Layout } from './layout.js';
import type { ProcessSpec } from './process-spec.js';

export interface Programs {
  readonly envoy: string;
  /** Absent where the mesh has no control bus. */
  readonly natsServer?: string;
  /** Absent where Prometheus can't be had. */
  readonly prometheus?: string;
}

/** Where the data plane finds what it asks: addresses, and the URL of the bus. */
export interface ControlPlane {
  readonly discovery: string;
  readonly ca: string;
  readonly mixer?: string;
  readonly bus?: string;
}

/** The data plane and the gentle load, the same in every mode. */
export function workloads(layout: Layout, envoy: string, control: ControlPlane): ProcessSpec[] {
  const sidecars = PODS.flatMap((pod) => [sidecar(layout, pod, { envoy, control }), ...(pod.app ? [application(layout, pod)] : [])]);
  return [...sidecars, ...(layout.options.load > 0 ? [loadgen(layout)] : [])];
}

export interface ComponentPlace {
  readonly name: string;
  /** Last number of its address. */
  readonly index: number;
  readonly listens: readonly string[];
  readonly args: readonly string[];
  /** URL of the control bus; without it the component runs alone. */
  readonly bus?: string;
}

/** A process of the control plane, which listens on an address of its own. */
export function component(layout: Layout, { name, index, listens, args, bus }: ComponentPlace): ProcessSpec {
  const monitoring = layout.control(index, 15014);
  return {
    name,
    role: 'control plane',
    command: process.execPath,
    args: [layout.app(name), ...args, '--monitoring-address', monitoring, ...busFlags(bus), '--instance', name],
    env: nodeEnv(layout),
    workDir: layout.workDir(name),
    listens: [...listens, monitoring],
    address: listens[0] ?? monitoring,
    monitoring,
    ready: { kind: 'http', url: `http://${monitoring}/ready` },
  };
}

/** Citadel's part of a process: a CA of the mesh's own, by the tokens of the mesh. */
export function caFlags(layout: Layout, address: string): string[] {
  const own = ['--self-signed-ca', '--ca-dir', layout.workDir('citadel'), '--token-public-key', layout.tokenKey(), '--root-cert-out', layout.rootCert()];
  return [...own, '--grpc-address', address, '--grpc-hostname', address.split(':')[0] ?? ''];
}

/** Scrapes the control plane's jobs and each pod. */
export function prometheus(layout: Layout, program: string, jobs: readonly ScrapeJob[]): ProcessSpec {
  const address = layout.control(7, 9090);
  const data = join(layout.workDir('prometheus'), 'data');
  return {
    name: 'prometheus',
    role: 'metrics',
    command: program,
    args: [`--config.file=${writePrometheusConfig(layout, jobs)}`, `--storage.tsdb.path=${data}`, `--web.listen-address=${address}`, '--storage.tsdb.retention.time=1d', '--log.level=warn'],
    env: {},
    workDir: layout.workDir('prometheus'),
    listens: [address],
    address,
    ready: { kind: 'http', url: `${layout.prometheusUrl()}/-/ready` },
  };
}

/** pilot-agent and its Envoy: a pod's, or the gateway. */
function sidecar(layout: Layout, pod: Pod, { envoy, control }: { readonly envoy: string; readonly control: ControlPlane }): ProcessSpec {
  const isGateway = pod.name === GATEWAY_POD;
  const ip = isGateway ? layout.options.gateway.host : layout.podIp(pod.n);
  const status = `${layout.podIp(pod.n)}:15020`;
  const admin = `${layout.podIp(pod.n)}:15000`;
  const listens = isGateway ? [`${ip}:${layout.options.gateway.port}`] : [`${ip}:9080`, `${layout.egressIp(pod.n)}:9080`];
  return {
    name: isGateway ? pod.name : `${pod.name}-sidecar`,
    role: 'sidecar',
    command: process.execPath,
    args: [
      layout.app('pilot-agent'),
      'proxy',
      isGateway ? 'router' : 'sidecar',
      ...['--ip', ip, '--id', `${pod.name}.${pod.namespace}`, '--domain', `${pod.namespace}.svc.cluster.local`],
      ...['--service-cluster', pod.labels['app'] ?? pod.name],
      ...['--discovery-address', control.discovery, '--ca-address', control.ca],
      ...(control.mixer === undefined ? [] : ['--mixer-check-address', control.mixer, '--mixer-report-address', control.mixer]),
      ...['--token-file', layout.token(pod.name), '--root-cert', layout.rootCert(), '--sds-socket', join(layout.socketDir(), `${pod.name}.sock`)],
      ...['--proxy-admin-address', admin, '--status-address', status, '--config-path', join(layout.workDir(pod.name), 'proxy')],
      ...['--envoy-binary', envoy, '--concurrency', '1'],
      ...busFlags(control.bus),
      ...['--instance', pod.name, '--monitoring-address', status],
    ],
    env: { ...nodeEnv(layout), ...metadataEnv(pod) },
    workDir: layout.workDir(pod.name),
    listens: [status, admin, ...listens],
    address: listens[0] ?? status,
    monitoring: status,
    ready: { kind: 'http', url: `http://${status}/healthz/ready` },
  };
}

/** What the injector would put into a pod's environment. */
function metadataEnv(pod: Pod): Record<string, string> {
  return {
    POD_NAME: pod.name,
    POD_NAMESPACE: pod.namespace,
    SERVICE_ACCOUNT: pod.serviceAccount,
    ISTIO_META_INTERCEPTION_MODE: 'NONE',
    ISTIO_META_WORKLOAD_NAME: pod.workload,
    ISTIO_META_OWNER: `kubernetes://apis/apps/v1/namespaces/${pod.namespace}/deployments/${pod.workload}`,
    ISTIO_META_SERVICE_ACCOUNT: pod.serviceAccount,
    ISTIO_META_CONFIG_NAMESPACE: pod.namespace,
    ISTIO_METAJSON_LABELS: JSON.stringify(pod.labels),
  };
}

/** A pod's application, which knows nothing of the mesh but where its sidecar takes requests. */
function application(layout: Layout, pod: Pod): ProcessSpec {
  const { program, version } = pod.app!;
  const address = `127.0.0.1:${layout.appPort(pod.n)}`;
  return {
    name: pod.name,
    role: 'workload',
    command: process.execPath,
    args: [layout.app(`bookinfo/${program}`)],
    env: { ...nodeEnv(layout), LISTEN: address, EGRESS: `${layout.egressIp(pod.n)}:9080`, SERVICE_VERSION: version },
    workDir: layout.workDir(`${pod.name}-app`),
    listens: [address],
    address,
    ready: { kind: 'http', url: `http://${address}/health` },
  };
}

function loadgen(layout: Layout): ProcessSpec {
  return {
    name: 'loadgen',
    role: 'load',
    command: process.execPath,
    args: [layout.app('bookinfo/loadgen'), '--url', `${layout.gatewayUrl()}/productpage`, '--rate', String(layout.options.load)],
    env: nodeEnv(layout),
    workDir: layout.workDir('loadgen'),
    listens: [],
    address: `${layout.options.load} requests/s`,
  };
}

/**
 * Node keeps compiled code between starts, which halves the time to ready. V8's young generation may grow to 4 MiB a half
 * instead of 16: some 80 MiB less of each agent, at no CPU that could be measured (docs/performance.md).
 */
function nodeEnv(layout: Layout): Record<string, string> {
  return { NODE_COMPILE_CACHE: join(cacheDir(), 'v8'), NODE_OPTIONS: '--enable-source-maps --max-semi-space-size=4', ...layout.options.env };
}

function busFlags(bus: string | undefined): string[] {
  return bus === undefined ? [] : ['--nats-url', bus];
}
