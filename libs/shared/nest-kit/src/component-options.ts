import { z } from 'zod';
import { addressSchema } from './address.js';
import { defineOptions, type OptionsOf } from './options.js';

/** Options that every component has. */
export const componentOptions = defineOptions({
  monitoringAddress: { flag: '--monitoring-address <host:port>', help: 'where /metrics, /ready and /version are served', schema: addressSchema, default: '0.0.0.0:15014' },
  natsUrl: { flag: '--nats-url <url>', help: 'control bus, for example nats://127.0.0.1:4222; without it the component runs alone', schema: z.string().optional() },
  instance: { flag: '--instance <name>', help: 'name of this instance on the control bus (default: POD_NAME, else host and process)', schema: z.string().regex(/^[A-Za-z0-9_-]+$/, 'expected letters, digits, - and _').optional() },
  logOutputLevel: { flag: '--log-output-level <levels>', help: 'scope:level,...; levels: none, error, warn, info, debug, trace', schema: z.string(), default: 'default:info' },
});

export type ComponentOptions = OptionsOf<typeof componentOptions>;
