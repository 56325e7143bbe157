import { join } from 'node:path';
import { cacheDir } from '@quartet/binaries';
import { writeNatsConfig } from './nats-config.js';
import { GATEWAY_POD, type Pod, PODS } from './pods.js';
import { writePrometheusConfig } from './prometheus-config.js';
import type { Layout } from './layout.js';
import type { ProcessSpec } from './process-spec.js';

export interface Programs {
  readonly envoy: string;
  readonly natsServer: string;
  /** Absent where Prometheus can't be had. */
  readonly prometheus?: string;
}

/** Figure 1 as a table of processes: the bus, the four components, and each pod's application and sidecar. */
export function splitTopology(layout: Layout, programs: Programs): ProcessSpec[] {
  return [
    nats(layout, programs.natsServer),
    galley(layout),
    citadel(layout),
    pilot(layout),
    mixer(layout),
    ...(programs.prometheus ? [prometheus(layout, programs.prometheus)] : []),
    ...PODS.flatMap((pod) => (pod.app ? [sidecar(layout, pod, programs.envoy), application(layout, pod)] : [sidecar(layout, pod, programs.envoy)])),
    ...(layout.options.load > 0 ? [loadgen(layout)] : []),
  ];
}

function nats(layout: Layout, program: string): ProcessSpec {
  const address = layout.control(6, 4222);
  const monitor = layout.control(6, 8222);
  return {
    name: 'nats-server',
    role: 'bus',
    command: program,
    args: ['-c', writeNatsConfig(layout)],
    env: {},
    workDir: layout.workDir('nats-server'),
    listens: [address, monitor],
    address,
    ready: { kind: 'http', url: `http://${monitor}/healthz` },
  };
}

function galley(layout: Layout): ProcessSpec {
  const mcp = layout.control(2, 9901);
  return component(layout, { name: 'galley', index: 2, listens: [mcp], args: ['server', '--config-dir', layout.configDir(), '--server-address', mcp] });
}

function citadel(layout: Layout): ProcessSpec {
  const grpc = layout.control(5, 8060);
  const args = ['--self-signed-ca', '--ca-dir', layout.workDir('citadel'), '--grpc-address', grpc, '--grpc-hostname', grpc.split(':')[0] ?? '', '--token-public-key', layout.tokenKey(), '--root-cert-out', layout.rootCert()];
  return component(layout, { name: 'citadel', index: 5, listens: [grpc], args });
}

function pilot(layout: Layout): ProcessSpec {
  const grpc = layout.control(3, 15010);
  const http = layout.control(3, 8080);
  return component(layout, { name: 'pilot', index: 3, listens: [grpc, http], args: ['discovery', '--mcp-address', layout.control(2, 9901), '--grpc-addr', grpc, '--http-addr', http] });
}

function mixer(layout: Layout): ProcessSpec {
  const grpc = layout.control(4, 9091);
  const metrics = layout.control(4, 42422);
  return component(layout, { name: 'mixer', index: 4, listens: [grpc, metrics], args: ['server', '--mcp-address', layout.control(2, 9901), '--address', `tcp://${grpc}`, '--prometheus-address', metrics] });
}

function component(layout: Layout, { name, index, listens, args }: { name: string; index: number; listens: string[]; args: string[] }): ProcessSpec {
  const monitoring = layout.control(index, 15014);
  return {
    name,
    role: 'control plane',
    command: process.execPath,
    args: [layout.app(name), ...args, '--monitoring-address', monitoring, '--nats-url', layout.natsUrl(), '--instance', name],
    env: nodeEnv(layout),
    workDir: layout.workDir(name),
    listens: [...listens, monitoring],
    address: listens[0] ?? monitoring,
    ready: { kind: 'http', url: `http://${monitoring}/ready` },
  };
}

function prometheus(layout: Layout, program: string): ProcessSpec {
  const address = layout.control(7, 9090);
  const data = join(layout.workDir('prometheus'), 'data');
  return {
    name: 'prometheus',
    role: 'metrics',
    command: program,
    args: [`--config.file=${writePrometheusConfig(layout)}`, `--storage.tsdb.path=${data}`, `--web.listen-address=${address}`, '--storage.tsdb.retention.time=1d', '--log.level=warn'],
    env: {},
    workDir: layout.workDir('prometheus'),
    listens: [address],
    address,
    ready: { kind: 'http', url: `${layout.prometheusUrl()}/-/ready` },
  };
}

function sidecar(layout: Layout, pod: Pod, envoy: string): ProcessSpec {
  const isGateway = pod.name === GATEWAY_POD;
  const ip = isGateway ? layout.options.gateway.host : layout.podIp(pod.n);
  const status = `${layout.podIp(pod.n)}:15020`;
  const admin = `${layout.podIp(pod.n)}:15000`;
  const listens = isGateway ? [`${ip}:${layout.options.gateway.port}`] : [`${ip}:9080`, `${layout.egressIp(pod.n)}:9080`];
  const mixerAddress = layout.control(4, 9091);
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
      ...['--discovery-address', layout.control(3, 15010), '--ca-address', layout.control(5, 8060)],
      ...['--mixer-check-address', mixerAddress, '--mixer-report-address', mixerAddress],
      ...['--token-file', layout.token(pod.name), '--root-cert', layout.rootCert(), '--sds-socket', join(layout.socketDir(), `${pod.name}.sock`)],
      ...['--proxy-admin-address', admin, '--status-address', status, '--config-path', join(layout.workDir(pod.name), 'proxy')],
      ...['--envoy-binary', envoy, '--concurrency', '1'],
      ...['--nats-url', layout.natsUrl(), '--instance', pod.name, '--monitoring-address', status],
    ],
    env: { ...nodeEnv(layout), ...metadataEnv(pod) },
    workDir: layout.workDir(pod.name),
    listens: [status, admin, ...listens],
    address: listens[0] ?? status,
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

/** Node keeps compiled code between starts, which halves the time to ready. */
function nodeEnv(layout: Layout): Record<string, string> {
  return { NODE_COMPILE_CACHE: join(cacheDir(), 'v8'), NODE_OPTIONS: '--enable-source-maps', ...layout.options.env };
}
