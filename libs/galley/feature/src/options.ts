import { defineOptions, durationSchema, type ComponentOptions, type OptionsOf } from '@quartet/nest-kit';
import { z } from 'zod';

const text = z.string();
const count = (min: number, max: number) => z.coerce.number().int().min(min).max(max);
const pairs = z.string().transform((value, context) => {
  const entries = value.split(',').filter(Boolean).map((pair) => pair.split('=', 2));
  if (entries.some((entry) => entry.length !== 2 || entry[0] === '')) context.addIssue({ code: 'custom', message: `expected key=value,..., got "${value}"` });
  return Object.fromEntries(entries) as Record<string, string>;
});

/** `tcp://host:port`, `host:port` or `unix:///path` as grpc-js has it. */
const bindAddress = z.string().transform((value, context): string => {
  if (value.startsWith('unix:')) return `unix:${value.replace(/^unix:(\/\/)?/, '')}`;
  const address = value.replace(/^tcp:\/\//, '');
  if (/^\[?[^\s]*\]?:\d{1,5}$/.test(address)) return address.startsWith(':') ? `0.0.0.0${address}` : address;
  context.addIssue({ code: 'custom', message: `expected tcp://host:port or unix:///path, got "${value}"` });
  return z.NEVER;
});

/** Istio 1.4's flags of `galley server`, as far as they have a meaning with files, and our own. */
export const galleyOptions = defineOptions({
  configDir: { flag: '--config-dir <folder>', help: 'folder of YAML manifests and mesh.yaml; followed while running', schema: text.optional() },
  configPath: { flag: '--config-path <folder>', help: 'the same as --config-dir', schema: text.optional() },
  istioConfigPath: { flag: '--configPath <folder>', help: "Istio 1.4's name of --config-dir", schema: text.optional() },
  serverAddress: { flag: '--server-address <address>', help: 'where MCP is served: tcp://host:port or unix:///path', schema: bindAddress, default: 'tcp://0.0.0.0:9901' },
  serverMaxReceivedMessageSize: { flag: '--server-maxReceivedMessageSize <bytes>', help: 'largest request of a sink', schema: count(1, 1 << 30), default: '1048576' },
  serverMaxConcurrentStreams: { flag: '--server-maxConcurrentStreams <count>', help: 'streams of one connection', schema: count(1, 1 << 20), default: '1024' },
  enableServer: { flag: '--enable-server', help: 'serve MCP', schema: z.boolean(), default: true },
  insecure: { flag: '--insecure', help: 'serve MCP in plaintext; with false sinks need a certificate', schema: z.boolean(), default: true },
  tlsCertFile: { flag: '--tlsCertFile <file>', help: 'our certificate', schema: text, default: '/etc/certs/cert-chain.pem' },
  tlsKeyFile: { flag: '--tlsKeyFile <file>', help: 'key of our certificate', schema: text, default: '/etc/certs/key.pem' },
  caCertFile: { flag: '--caCertFile <file>', help: 'root of the certificates of sinks', schema: text, default: '/etc/certs/root-cert.pem' },
  accessListFile: { flag: '--accessListFile <file>', help: 'YAML of who may connect over TLS: isblacklist, allowed', schema: text, default: '/etc/config/accesslist.yaml' },
  sinkAddress: { flag: '--sinkAddress <host:port>', help: 'a sink that Galley dials itself', schema: text.optional() },
  sinkMeta: { flag: '--sinkMeta <k=v,...>', help: 'headers sent with every stream', schema: pairs, default: '' },
  badDocuments: { flag: '--bad-documents <remove|keep-last-good>', help: 'what becomes of an object whose document turned bad', schema: z.enum(['remove', 'keep-last-good']), default: 'remove' },
  defaultNamespace: { flag: '--default-namespace <name>', help: 'namespace of objects that name none', schema: text, default: 'default' },
  domain: { flag: '--domain <domain>', help: 'DNS domain of synthetic service entries', schema: text, default: 'cluster.local' },
  trustDomain: { flag: '--trust-domain <domain>', help: 'trust domain of their subject names', schema: text, default: 'cluster.local' },
  debounceQuiet: { flag: '--debounce-quiet <duration>', help: 'changed files are read after this much quiet', schema: durationSchema, default: '100ms' },
  debounceMax: { flag: '--debounce-max <duration>', help: 'and at the latest after this', schema: durationSchema, default: '1s' },
});

export type GalleyOptions = OptionsOf<typeof galleyOptions>;
export type GalleyProcessOptions = GalleyOptions & ComponentOptions;
