import { addressSchema, defineOptions, durationSchema } from '@quartet/nest-kit';
import type { OptionsOf } from '@quartet/nest-kit';
import { z } from 'zod';

const text = z.string();
const list = z.string().transform((value) => value.split(',').map((part) => part.trim()).filter(Boolean));
const flag = z.boolean();
const number = (min: number, max: number) => z.coerce.number().min(min).max(max);

/** Istio 1.4's flags of istio_ca, as far as they have a meaning without Kubernetes, and our own below. */
export const citadelOptions = defineOptions({
  selfSignedCa: { flag: '--self-signed-ca', help: 'keep a CA of our own in --ca-dir; otherwise --signing-cert and so on', schema: flag, default: false },
  signingCert: { flag: '--signing-cert <file>', help: 'certificate of the plugged-in CA', schema: text.optional() },
  signingKey: { flag: '--signing-key <file>', help: 'key of the plugged-in CA', schema: text.optional() },
  rootCert: { flag: '--root-cert <file>', help: 'root of the plugged-in CA; with --self-signed-ca a further root to trust', schema: text.optional() },
  certChain: { flag: '--cert-chain <file>', help: 'intermediates between the plugged-in CA and its root', schema: text.optional() },
  trustDomain: { flag: '--trust-domain <domain>', help: 'domain of the SPIFFE ids', schema: text, default: 'cluster.local' },
  workloadCertTtl: { flag: '--workload-cert-ttl <duration>', help: 'life of a certificate when the request names none', schema: durationSchema, default: '2160h' },
  maxWorkloadCertTtl: { flag: '--max-workload-cert-ttl <duration>', help: 'longest life a request may ask for', schema: durationSchema, default: '2160h' },
  grpcAddress: { flag: '--grpc-address <host:port>', help: 'where certificates are issued (TLS)', schema: addressSchema, default: '0.0.0.0:8060' },
  grpcPort: { flag: '--grpc-port <port>', help: "port instead of --grpc-address's", schema: number(0, 65535).optional() },
  grpcHostIdentities: { flag: '--grpc-host-identities <names>', help: 'DNS names of our own certificate', schema: list, default: 'istio-ca,istio-citadel' },
  grpcHostname: { flag: '--grpc-hostname <name>', help: 'a further name or address for our own certificate', schema: text.optional() },
  citadelStorageNamespace: { flag: '--citadel-storage-namespace <namespace>', help: 'namespace of the control plane', schema: text, default: 'istio-system' },
  signCaCerts: { flag: '--sign-ca-certs', help: 'HandleCSR issues CA certificates', schema: flag, default: false },
  pkcs8Keys: { flag: '--pkcs8-keys', help: 'write keys as PKCS#8', schema: flag, default: false },
  caDir: { flag: '--ca-dir <folder>', help: 'where the self-signed CA is kept', schema: text, default: './citadel' },
  caKeyType: { flag: '--ca-key-type <rsa|ecdsa>', help: 'key of a new self-signed CA (1.4 knows RSA only)', schema: z.enum(['rsa', 'ecdsa']), default: 'rsa' },
  rootCertOut: { flag: '--root-cert-out <file>', help: 'publish the root certificate here', schema: text.optional() },
  tokenPublicKey: { flag: '--token-public-key <file>', help: 'JWKS or PEM keys that service-account tokens are verified with; without it only client certificates count', schema: text.optional() },
  tokenAudiences: { flag: '--token-audiences <names>', help: 'audiences of which a token must have one', schema: list, default: 'istio-ca,istio-citadel' },
  tokenIssuer: { flag: '--token-issuer <issuer>', help: 'issuer that tokens must name', schema: text.optional() },
  selfSignedCaCertTtl: { flag: '--self-signed-ca-cert-ttl <duration>', help: 'life of the self-signed root', schema: durationSchema, default: '87600h' },
  rootCertCheckInterval: { flag: '--root-cert-check-interval <duration>', help: 'how often the self-signed root is looked at; 0 never renews it', schema: durationSchema, default: '1h' },
  rootCertGracePeriodPercentile: { flag: '--root-cert-grace-period-percentile <percent>', help: 'renew the root in the last part of its life', schema: number(0, 100), default: '20' },
});

export type CitadelOptions = OptionsOf<typeof citadelOptions>;
