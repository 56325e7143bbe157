import { addressSchema, defineOptions, durationSchema } from '@quartet/nest-kit';
import type { OptionsOf } from '@quartet/nest-kit';
import { z } from 'zod';

const text = z.string();
const integer = z.coerce.number().int().min(0);

/** Istio 1.4's flags of `pilot-agent proxy` in kebab case, and what the agent of today serves besides. */
export const agentOptions = defineOptions({
  ip: { flag: '--ip <address>', help: "the proxy's own address (default: INSTANCE_IP, else the interfaces')", schema: text.optional() },
  id: { flag: '--id <name>', help: 'unique id of the proxy (default: POD_NAME.POD_NAMESPACE)', schema: text.optional() },
  domain: { flag: '--domain <domain>', help: 'DNS domain of the proxy (default: POD_NAMESPACE.svc.cluster.local)', schema: text.optional() },
  serviceCluster: { flag: '--service-cluster <name>', help: "Envoy's service cluster", schema: text, default: 'istio-proxy' },
  trustDomain: { flag: '--trust-domain <domain>', help: 'domain of the SPIFFE ids', schema: text, default: 'cluster.local' },
  discoveryAddress: { flag: '--discovery-address <host:port>', help: "Pilot's xDS", schema: addressSchema, default: 'istio-pilot:15010' },
  controlPlaneAuthPolicy: { flag: '--control-plane-auth-policy <policy>', help: 'NONE or MUTUAL_TLS towards Pilot', schema: z.enum(['NONE', 'MUTUAL_TLS']), default: 'NONE' },
  pilotIdentity: { flag: '--pilot-identity <path>', help: "path of Pilot's SPIFFE id, with MUTUAL_TLS", schema: text.optional() },
  caAddress: { flag: '--ca-address <host:port>', help: 'Citadel; without it there are no certificates', schema: text.optional() },
  caServerName: { flag: '--ca-server-name <name>', help: "name that Citadel's certificate must have", schema: text, default: 'istio-citadel' },
  tokenFile: { flag: '--token-file <file>', help: 'service-account token shown to Citadel', schema: text.optional() },
  rootCert: { flag: '--root-cert <file>', help: 'root certificate that Citadel must chain to; may appear later', schema: text, default: '/etc/certs/root-cert.pem' },
  secretTtl: { flag: '--secret-ttl <duration>', help: 'life asked for', schema: durationSchema, default: '24h' },
  secretGraceRatio: { flag: '--secret-grace-ratio <ratio>', help: 'renew when this part of the life is left', schema: z.coerce.number().min(0).max(1), default: '0.5' },
  keyType: { flag: '--key-type <rsa|ecdsa>', help: 'key of the workload (1.4 knows RSA only)', schema: z.enum(['rsa', 'ecdsa']), default: 'rsa' },
  pkcs8Key: { flag: '--pkcs8-key', help: 'give Envoy the key as PKCS#8', schema: z.boolean(), default: false },
  mixerAddress: { flag: '--mixer-address <host:port>', help: 'Mixer for both checks and reports', schema: text.optional() },
  mixerCheckAddress: { flag: '--mixer-check-address <host:port>', help: 'Mixer in its policy role', schema: text.optional() },
  mixerReportAddress: { flag: '--mixer-report-address <host:port>', help: 'Mixer in its telemetry role', schema: text.optional() },
  sdsSocket: { flag: '--sds-socket <path>', help: 'Unix socket that Envoy finds the agent at (SDS, ext_authz, access logs)', schema: text, default: './agent.sock' },
  proxyAdminAddress: { flag: '--proxy-admin-address <host:port>', help: "Envoy's admin server", schema: addressSchema, default: '127.0.0.1:15000' },
  statusAddress: { flag: '--status-address <host:port>', help: '/healthz/ready, /stats/prometheus, /quitquitquit; may equal --monitoring-address', schema: addressSchema, default: '0.0.0.0:15020' },
  prometheusPort: { flag: '--prometheus-port <port>', help: "port of Envoy's own statistics listener (15090 in Istio); 0: none", schema: integer.max(65535), default: '0' },
  configPath: { flag: '--config-path <folder>', help: "folder for Envoy's bootstrap and pid file", schema: text, default: './proxy' },
  envoyBinary: { flag: '--envoy-binary <path>', help: 'Envoy', schema: text, default: '/usr/local/bin/envoy' },
  concurrency: { flag: '--concurrency <n>', help: "Envoy's workers; 0: one a core", schema: integer, default: '0' },
  proxyLogLevel: { flag: '--proxy-log-level <level>', help: "Envoy's log level", schema: z.enum(['trace', 'debug', 'info', 'warning', 'error', 'critical', 'off']), default: 'warning' },
  proxyComponentLogLevel: { flag: '--proxy-component-log-level <levels>', help: "Envoy's component log levels", schema: text, default: 'misc:error' },
  connectTimeout: { flag: '--connect-timeout <duration>', help: 'time limit of a connection to Pilot', schema: durationSchema, default: '10s' },
  dnsRefreshRate: { flag: '--dns-refresh-rate <duration>', help: "how often Pilot's name is resolved", schema: durationSchema, default: '300s' },
  drainDuration: { flag: '--drain-duration <duration>', help: "Envoy's drain time", schema: durationSchema, default: '45s' },
  terminationDrainDuration: { flag: '--termination-drain-duration <duration>', help: 'longest wait for connections to end at SIGTERM', schema: durationSchema, default: '2s' },
  zipkinAddress: { flag: '--zipkin-address <host:port>', help: 'Zipkin collector', schema: addressSchema.optional() },
  maxRestarts: { flag: '--max-restarts <n>', help: 'restarts of Envoy in a row before the agent gives up', schema: integer, default: '10' },
});

export type AgentOptions = OptionsOf<typeof agentOptions>;
