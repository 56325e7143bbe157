import { ipText, parseIp } from '@quartet/mixer-adapter-sdk';
import { PodIndex, workloadOf } from '@quartet/mixer-adapters';
import { same } from '../assert.mjs';
import { run } from './run.mjs';

const podOf = (index, key) => (key.includes('/') ? index.pod(...key.split('/')) : index.podByIp(key));

function text(value) {
  if (value instanceof Uint8Array) return ipText(value);
  return value instanceof Map ? Object.fromEntries(value) : value;
}

export const kubernetesenvCases = {
  async generate({ params, input, output }, { clusterObjects }) {
    const { handler } = await run('kubernetesenv', { params, pods: clusterObjects });
    const address = (name) => (input[name] === undefined ? undefined : parseIp(input[name]));
    const found = await handler.generateKubernetesAttributes({
      name: 'i', sourceUid: input.source_uid ?? '', destinationUid: input.destination_uid ?? '',
      sourceIp: address('source_ip'), destinationIp: address('destination_ip'), destinationPort: input.destination_port ?? 0,
    });
    same(Object.fromEntries(Object.entries(found).map(([name, value]) => [name, text(value)]).toSorted()), Object.fromEntries(Object.entries(output).toSorted()), 'output');
  },
  podLookup({ objects, key, found }) {
    same(podOf(new PodIndex(objects), key) !== undefined, found, key);
  },
  workload({ objects, pod, workload }) {
    const index = new PodIndex(objects);
    same(workloadOf(podOf(index, pod), index).name, workload, pod);
  },
};
