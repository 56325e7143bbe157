import { ipText, parseIp, type Kubernetes } from '@quartet/mixer-adapter-sdk';
import { runAdapter } from '@quartet/mixer-adapter-sdk/testing';
import { describe, expect, it } from 'vitest';
import { kubernetesenv } from './kubernetesenv.js';
import { PodIndex, type KubernetesObject, type OwnerReference } from './pod-source.js';

const owner = (kind: string, name: string, apiVersion = 'apps/v1'): OwnerReference => ({ kind, name, apiVersion, controller: true });
const pod = (name: string, podIP: string, ownerReferences: OwnerReference[], labels = {}) => ({
  kind: 'Pod', metadata: { name, namespace: 'shop', labels, ownerReferences }, spec: { serviceAccountName: 'sa', containers: [{ name: 'app', ports: [{ containerPort: 9080 }] }] }, status: { podIP },
});
const objects: KubernetesObject[] = [
  pod('web.v1-1', '10.0.0.1', [owner('ReplicaSet', 'web-rs')], { app: 'web' }),
  pod('job-1', '10.0.0.2', [owner('Job', 'job', 'batch/v1')]),
  pod('lone', '10.0.0.3', []),
  { kind: 'ReplicaSet', metadata: { name: 'web-rs', namespace: 'shop', ownerReferences: [owner('Deployment', 'web')] } },
];

async function generate(input: Partial<Kubernetes>) {
  const { handler } = await runAdapter(kubernetesenv(new PodIndex(objects)));
  const instance = { name: 'i', sourceUid: '', sourceIp: undefined, destinationUid: '', destinationIp: undefined, destinationPort: 0, ...input };
  return (await handler.generateKubernetesAttributes?.(instance)) ?? {};
}

describe('kubernetesenv', () => {
  it('describes both sides, and follows a ReplicaSet to its owner', async () => {
    const output = await generate({ sourceUid: 'kubernetes://web.v1-1.shop', destinationIp: parseIp('10.0.0.2'), destinationPort: 9080 });
    expect(output).toMatchObject({
      source_pod_name: 'web.v1-1', source_namespace: 'shop', source_pod_uid: 'kubernetes://web.v1-1.shop', source_service_account_name: 'sa',
      source_workload_name: 'web', source_workload_uid: 'istio://shop/workloads/web', source_owner: 'kubernetes://apis/apps/v1/namespaces/shop/deployments/web',
      destination_pod_name: 'job-1', destination_workload_name: 'job', destination_owner: 'kubernetes://apis/batch/v1/namespaces/shop/jobs/job', destination_container_name: 'app',
    });
    expect(ipText(output['source_pod_ip'] as Uint8Array)).toBe('10.0.0.1');
    expect([...(output['source_labels'] as Map<string, string>)]).toEqual([['app', 'web']]);
    expect(output).not.toHaveProperty('destination_labels');
  });

  it.each<[string, Partial<Kubernetes>]>([
    ['an unknown pod', { sourceUid: 'kubernetes://nosuch.shop' }],
    ['another scheme', { sourceUid: 'something://else' }],
    ['the address 0.0.0.0', { sourceIp: parseIp('0.0.0.0') as Uint8Array }],
    ['nothing', {}],
  ])('puts out nothing for %s', async (_, input) => {
    expect(await generate(input)).toEqual({});
  });

  it('takes a pod without controller for its own workload', async () => {
    const output = await generate({ sourceUid: '10.0.0.3' });
    expect(output).toMatchObject({ source_workload_name: 'lone' });
    expect(output).not.toHaveProperty('source_owner');
  });
});
