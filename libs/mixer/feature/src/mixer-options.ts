import { type Address, addressSchema, type ComponentOptions, defineOptions, durationSchema, type OptionsOf, parseAddress } from '@quartet/nest-kit';
import { z } from 'zod';

/** Where Check and Report are answered: a TCP address or a Unix socket. */
export type ListenAddress = { readonly kind: 'tcp'; readonly address: Address } | { readonly kind: 'unix'; readonly path: string };

const listenSchema = z.string().transform((text, context): ListenAddress => {
  if (text.startsWith('unix://')) return { kind: 'unix', path: text.slice('unix://'.length) };
  const address = parseAddress(text);
  if (address) return { kind: 'tcp', address };
  context.addIssue(`expected tcp://host:port or unix://path, got "${text}"`);
  return z.NEVER;
});

const text = z.string();
const count = z.coerce.number().int().positive();
const amount = z.coerce.number().min(0);

/** Istio 1.4's flags of `mixs server`, as far as they have a meaning here, and our own. */
export const mixerOptions = defineOptions({
  port: { flag: '--port <port>', help: 'TCP port of Check and Report, on all addresses', schema: z.coerce.number().int().min(0).max(65535), default: '9091' },
  address: { flag: '--address <url>', help: 'tcp://host:port or unix:///path instead of --port', schema: listenSchema.optional() },
  tlsAddress: { flag: '--tls-address <host:port>', help: 'Check and Report over mutual TLS as well (Istio: 15004), with --cert-file, --key-file, --ca-cert-file', schema: addressSchema.optional() },
  certFile: { flag: '--cert-file <file>', help: 'certificate chain of --tls-address', schema: text, default: '/etc/certs/cert-chain.pem' },
  keyFile: { flag: '--key-file <file>', help: 'its key', schema: text, default: '/etc/certs/key.pem' },
  caCertFile: { flag: '--ca-cert-file <file>', help: 'roots that clients of --tls-address are checked against', schema: text, default: '/etc/certs/root-cert.pem' },
  prometheusAddress: { flag: '--prometheus-address <host:port>', help: 'where the prometheus adapter shows its metrics', schema: addressSchema, default: '0.0.0.0:42422' },
  configDir: { flag: '--config-dir <folder>', help: 'read the configuration from the YAML files of this folder', schema: text.optional() },
  mcpAddress: { flag: '--mcp-address <host:port>', help: 'read the configuration from this MCP source (galley)', schema: text.optional() },
  configDefaultNamespace: { flag: '--config-default-namespace <namespace>', help: 'namespace whose rules apply to every request', schema: text, default: 'istio-system' },
  configDebounce: { flag: '--config-debounce <duration>', help: 'build a new snapshot when nothing changed for so long', schema: durationSchema, default: '100ms' },
  configDebounceMax: { flag: '--config-debounce-max <duration>', help: '... or when a change has waited for so long', schema: durationSchema, default: '1s' },
  useLegacyCrds: { flag: '--use-legacy-crds', help: 'read the kinds named after adapters and templates too (Istio: --useAdapterCRDs, --useTemplateCRDs)', schema: z.boolean(), default: false },
  maxMessageSize: { flag: '--max-message-size <bytes>', help: 'largest request', schema: count, default: '1048576' },
  maxConcurrentStreams: { flag: '--max-concurrent-streams <count>', help: 'requests at once on one connection', schema: count, default: '1024' },
  loadsheddingMode: { flag: '--loadshedding-mode <disabled|logonly|enforce>', help: 'what to do with requests over the limits below', schema: z.enum(['disabled', 'logonly', 'enforce']), default: 'disabled' },
  averageLatencyThreshold: { flag: '--average-latency-threshold <duration>', help: 'shed while the average response time is above this; 0 = no such limit', schema: durationSchema, default: '0' },
  latencySampleHalflife: { flag: '--latency-sample-halflife <duration>', help: 'how fast that average forgets', schema: durationSchema, default: '1s' },
  latencyEnforcementThreshold: { flag: '--latency-enforcement-threshold <rate>', help: 'requests per second below which latency sheds nothing', schema: amount, default: '100' },
  maxRequestsPerSecond: { flag: '--max-requests-per-second <rate>', help: 'limit of the rate (a Report counts its bags); 0 = none', schema: amount, default: '0' },
  burstSize: { flag: '--burst-size <count>', help: 'requests over the rate that may come at once; 0 with a rate refuses all', schema: amount, default: '0' },
});

export type MixerOptions = OptionsOf<typeof mixerOptions> & ComponentOptions;
