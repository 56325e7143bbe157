import { writeNatsConfig } from './nats-config.js';
import { caFlags, component, prometheus, type Programs, workloads } from './processes.js';
import type { Layout } from './layout.js';
import type { ProcessSpec } from './process-spec.js';

/** Figure 1 as a table of processes: the bus, the four components, and each pod's application and sidecar. */
export function splitTopology(layout: Layout, programs: Programs): ProcessSpec[] {
  return [
    ...(programs.natsServer ? [nats(layout, programs.natsServer)] : []),
    galley(layout),
    citadel(layout),
    pilot(layout),
    mixer(layout),
    ...(programs.prometheus ? [prometheus(layout, programs.prometheus, scrapeJobs(layout))] : []),
    ...workloads(layout, programs.envoy, { discovery: layout.control(3, 15010), ca: layout.control(5, 8060), mixer: layout.control(4, 9091), bus: layout.natsUrl() }),
  ];
}

/** The jobs of Istio 1.4's chart. */
function scrapeJobs(layout: Layout) {
  const monitoring = (name: string, index: number) => ({ name, target: layout.control(index, 15014) });
  return [{ name: 'istio-mesh', target: layout.control(4, 42422) }, monitoring('istio-telemetry', 4), monitoring('pilot', 3), monitoring('galley', 2), monitoring('citadel', 5)];
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
  return component(layout, { name: 'galley', index: 2, listens: [mcp], bus: layout.natsUrl(), args: ['server', '--config-dir', layout.configDir(), '--server-address', mcp] });
}

function citadel(layout: Layout): ProcessSpec {
  const grpc = layout.control(5, 8060);
  return component(layout, { name: 'citadel', index: 5, listens: [grpc], bus: layout.natsUrl(), args: caFlags(layout, grpc) });
}

function pilot(layout: Layout): ProcessSpec {
  const grpc = layout.control(3, 15010);
  const http = layout.control(3, 8080);
  return component(layout, { name: 'pilot', index: 3, listens: [grpc, http], bus: layout.natsUrl(), args: ['discovery', '--mcp-address', layout.control(2, 9901), '--grpc-addr', grpc, '--http-addr', http] });
}

function mixer(layout: Layout): ProcessSpec {
  const grpc = layout.control(4, 9091);
  const metrics = layout.control(4, 42422);
  return component(layout, { name: 'mixer', index: 4, listens: [grpc, metrics], bus: layout.natsUrl(), args: ['server', '--mcp-address', layout.control(2, 9901), '--address', `tcp://${grpc}`, '--prometheus-address', metrics] });
}
