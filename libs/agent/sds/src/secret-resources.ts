import { DataSource } from '@quartet/api/envoy/config/core/v3/base';
import { Secret } from '@quartet/api/envoy/extensions/transport_sockets/tls/v3/secret';
import { encodeResource, ResourceSet, SECRET_TYPE } from '@quartet/xds';
import type { EncodedResource, ResourceView } from '@quartet/xds';
import type { WorkloadSecret } from './workload-secret.js';

/** Istio's names of the two secrets of a workload. */
export const workloadResource = 'default';
export const rootResource = 'ROOTCA';

/** Both secrets as an SDS client sees them; `version` says which issue it is. */
export function secretView(secret: WorkloadSecret, version: string): ResourceView {
  const set = new ResourceSet([workload(secret), root(secret)]);
  return { version, set: (typeUrl) => (typeUrl === SECRET_TYPE ? set : ResourceSet.empty) };
}

function workload({ certificateChainPem, privateKeyPem }: WorkloadSecret): EncodedResource {
  return encode(Secret.fromPartial({ name: workloadResource, tlsCertificate: { certificateChain: inline(certificateChainPem), privateKey: inline(privateKeyPem) } }));
}

function root({ roots }: WorkloadSecret): EncodedResource {
  return encode(Secret.fromPartial({ name: rootResource, validationContext: { trustedCa: inline(roots.pem) } }));
}

const inline = (pem: string) => DataSource.fromPartial({ inlineBytes: Buffer.from(pem) });

function encode(secret: Secret): EncodedResource {
  return encodeResource({ typeUrl: SECRET_TYPE, name: secret.name }, Secret.encode(secret).finish());
}
