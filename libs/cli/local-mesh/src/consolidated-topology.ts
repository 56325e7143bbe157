import { caFlags, component, prometheus, type Programs, workloads } from './processes.js';
import type { Layout } from './layout.js';
import type { ProcessSpec } from './process-spec.js';

/** Figure 2 as a table of processes: istiod where Pilot was, no Mixer and no bus, and the same pods. */
export function consolidatedTopology(layout: Layout, programs: Programs): ProcessSpec[] {
  const [discovery, ca, http] = [layout.control(3, 15010), layout.control(3, 8060), layout.control(3, 8080)];
  const args = ['discovery', '--config-dir', layout.configDir(), '--grpc-addr', discovery, '--http-addr', http, ...caFlags(layout, ca)];
  return [
    component(layout, { name: 'istiod', index: 3, listens: [discovery, http, ca], args }),
    ...(programs.prometheus ? [prometheus(layout, programs.prometheus, [{ name: 'istiod', target: layout.control(3, 15014) }])] : []),
    ...workloads(layout, programs.envoy, { discovery, ca }),
  ];
}
