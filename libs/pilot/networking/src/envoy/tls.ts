import { DataSource, TransportSocket } from '@quartet/api/envoy/config/core/v3/base';
import {
  CertificateValidationContext, SubjectAltNameMatcher_SanType as SanType, TlsParameters_TlsProtocol, type SubjectAltNameMatcher, type TlsCertificate, type TlsParameters,
} from '@quartet/api/envoy/extensions/transport_sockets/tls/v3/common';
import { SdsSecretConfig } from '@quartet/api/envoy/extensions/transport_sockets/tls/v3/secret';
import { CommonTlsContext, DownstreamTlsContext, UpstreamTlsContext } from '@quartet/api/envoy/extensions/transport_sockets/tls/v3/tls';
import type { ClientTlsView } from '../view/cluster-view.js';
import type { ServerTlsView } from '../view/listener-view.js';
import { packAny } from './any.js';
import { agentSds } from './config-source.js';

/** Names under which the agent serves the workload's certificate and the mesh's root. */
const WORKLOAD_SECRET = 'default';
const ROOT_SECRET = 'ROOTCA';
const tlsPackage = 'envoy.extensions.transport_sockets.tls.v3';

/** RSA and ECDSA identities in URI form are Istio's; anything else is taken as a DNS name. */
function sanMatcher(name: string): SubjectAltNameMatcher {
  return { sanType: name.includes('://') ? SanType.URI : SanType.DNS, matcher: { exact: name, ignoreCase: false }, oid: '' };
}

const secret = (name: string): SdsSecretConfig => ({ name, sdsConfig: agentSds() });
const file = (path: string): DataSource => DataSource.fromPartial({ filename: path });

function fileValidation(ca: string, names: readonly string[]): CertificateValidationContext | undefined {
  if (ca === '' && names.length === 0) return undefined;
  return CertificateValidationContext.fromPartial({ trustedCa: ca === '' ? undefined : file(ca), matchTypedSubjectAltNames: names.map(sanMatcher) });
}

/** Validation by the root that the agent serves, and by names if any are known. */
function workloadContext(alpn: readonly string[], names: readonly string[]): CommonTlsContext {
  return CommonTlsContext.fromPartial({
    alpnProtocols: [...alpn],
    tlsCertificateSdsSecretConfigs: [secret(WORKLOAD_SECRET)],
    combinedValidationContext: {
      defaultValidationContext: { matchTypedSubjectAltNames: names.map(sanMatcher) },
      validationContextSdsSecretConfig: secret(ROOT_SECRET),
    },
  });
}

export function upstreamTls(view: ClientTlsView): TransportSocket {
  const certificates = view.mode === 'MUTUAL' ? [{ certificateChain: file(view.clientCertificate), privateKey: file(view.privateKey) }] : [];
  const common =
    view.mode === 'ISTIO_MUTUAL'
      ? workloadContext(view.alpn, view.subjectAltNames)
      : CommonTlsContext.fromPartial({
          alpnProtocols: [...view.alpn],
          tlsCertificates: certificates,
          validationContext: fileValidation(view.caCertificates, view.subjectAltNames),
        });
  const context = UpstreamTlsContext.fromPartial({ commonTlsContext: common, sni: view.sni });
  return TransportSocket.fromPartial({ name: 'envoy.transport_sockets.tls', typedConfig: packAny(`${tlsPackage}.UpstreamTlsContext`, UpstreamTlsContext, context) });
}

const protocols = [
  TlsParameters_TlsProtocol.TLS_AUTO, TlsParameters_TlsProtocol.TLSv1_0, TlsParameters_TlsProtocol.TLSv1_1,
  TlsParameters_TlsProtocol.TLSv1_2, TlsParameters_TlsProtocol.TLSv1_3,
];

function parameters(view: ServerTlsView): Partial<TlsParameters> | undefined {
  if (view.minVersion === 0 && view.maxVersion === 0 && view.cipherSuites.length === 0) return undefined;
  return {
    tlsMinimumProtocolVersion: protocols[view.minVersion] ?? 0, tlsMaximumProtocolVersion: protocols[view.maxVersion] ?? 0,
    cipherSuites: [...view.cipherSuites],
  };
}

export function downstreamTls(view: ServerTlsView): TransportSocket {
  const common = serverContext(view);
  const tlsParams = parameters(view);
  const context = DownstreamTlsContext.fromPartial({ commonTlsContext: tlsParams ? { ...common, tlsParams } : common, requireClientCertificate: view.requireClientCertificate });
  return TransportSocket.fromPartial({ name: 'envoy.transport_sockets.tls', typedConfig: packAny(`${tlsPackage}.DownstreamTlsContext`, DownstreamTlsContext, context) });
}

function serverContext(view: ServerTlsView): CommonTlsContext {
  const pinned = { verifyCertificateSpki: [...view.spki], verifyCertificateHash: [...view.certificateHashes] };
  switch (view.source.kind) {
    case 'workload':
      return workloadContext(view.alpn, view.subjectAltNames);
    case 'credential': {
      const names = { matchTypedSubjectAltNames: view.subjectAltNames.map(sanMatcher), ...pinned };
      return CommonTlsContext.fromPartial({
        alpnProtocols: [...view.alpn],
        tlsCertificateSdsSecretConfigs: [secret(view.source.name)],
        ...(view.source.ca ? { combinedValidationContext: { defaultValidationContext: names, validationContextSdsSecretConfig: secret(`${view.source.name}-cacert`) } } : {}),
      });
    }
    default: {
      const certificate: Partial<TlsCertificate> = { certificateChain: file(view.source.certificate), privateKey: file(view.source.key) };
      const validation = fileValidation(view.source.ca, view.subjectAltNames);
      return CommonTlsContext.fromPartial({ alpnProtocols: [...view.alpn], tlsCertificates: [certificate], validationContext: validation && { ...validation, ...pinned } });
    }
  }
}
