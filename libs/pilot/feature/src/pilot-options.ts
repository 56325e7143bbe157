import { addressSchema, defineOptions, durationSchema, type ComponentOptions, type OptionsOf } from '@quartet/nest-kit';
import { z } from 'zod';

/** Istio's own variable gives the default. */
const variable = (name: string, otherwise: string) => process.env[name] || otherwise;
const count = z.coerce.number().int().min(1);

/** Istio 1.4's flags of pilot-discovery, and of its PILOT_* variables those that steer pushes. */
export const pilotOptions = defineOptions({
  grpcAddr: { flag: '--grpc-addr <host:port>', help: 'plaintext xDS (ADS)', schema: addressSchema, default: '0.0.0.0:15010' },
  secureGrpcAddr: { flag: '--secure-grpc-addr <host:port>', help: 'xDS over mutual TLS; needs --tls-cert, --tls-key and --tls-ca', schema: addressSchema, default: '0.0.0.0:15012' },
  httpAddr: { flag: '--http-addr <host:port>', help: '/debug, /ready, /metrics, /version', schema: addressSchema, default: '0.0.0.0:8080' },
  tlsCert: { flag: '--tls-cert <file>', help: 'certificate chain of the secure port', schema: z.string().optional() },
  tlsKey: { flag: '--tls-key <file>', help: 'its key', schema: z.string().optional() },
  tlsCa: { flag: '--tls-ca <file>', help: 'roots that client certificates must chain to', schema: z.string().optional() },
  configDir: { flag: '--config-dir <folder>', help: 'read the configuration from the YAML files of this folder', schema: z.string().optional() },
  mcpAddress: { flag: '--mcp-address <host:port>', help: "read the configuration from this MCP source (galley)", schema: z.string().optional() },
  domain: { flag: '--domain <domain>', help: 'DNS domain of the mesh', schema: z.string().min(1), default: 'cluster.local' },
  debounceAfter: { flag: '--debounce-after <duration>', help: 'push when nothing changed for so long (PILOT_DEBOUNCE_AFTER)', schema: durationSchema, default: variable('PILOT_DEBOUNCE_AFTER', '100ms') },
  debounceMax: { flag: '--debounce-max <duration>', help: '... or when a change has waited for so long (PILOT_DEBOUNCE_MAX)', schema: durationSchema, default: variable('PILOT_DEBOUNCE_MAX', '10s') },
  pushThrottle: { flag: '--push-throttle <count>', help: 'proxies that are pushed to at once (PILOT_PUSH_THROTTLE)', schema: count, default: variable('PILOT_PUSH_THROTTLE', '100') },
  sendTimeout: { flag: '--send-timeout <duration>', help: 'a proxy that takes nothing for so long is disconnected', schema: durationSchema, default: '5s' },
  keepaliveInterval: { flag: '--keepalive-interval <duration>', help: 'pause between pings of an idle stream', schema: durationSchema, default: '30s' },
  keepaliveTimeout: { flag: '--keepalive-timeout <duration>', help: 'how long a ping may stay unanswered', schema: durationSchema, default: '10s' },
});

export type PilotOptions = OptionsOf<typeof pilotOptions> & ComponentOptions;
