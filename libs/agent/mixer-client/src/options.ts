import type { ChannelCredentials } from '@grpc/grpc-js';
import type { Clock } from './clock.js';

/** The proxy that the client speaks for. */
export interface MixerNode {
  /** Envoy node id, `type~ip~name.namespace~domain`. */
  readonly id: string;
  /** `kubernetes://<pod>.<namespace>`; taken from the node id if absent. */
  readonly uid?: string;
  readonly namespace?: string;
}

export interface MixerLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/** Bounds and times; the defaults are those of Istio 1.4's client unless said otherwise. */
export interface MixerAgentLimits {
  /** Entries of the check cache; 0 turns it off. */
  readonly checkCacheEntries: number;
  /** Entries of the quota cache; 0 turns it off. */
  readonly quotaCacheEntries: number;
  /** Time limit of one Check or Report call. */
  readonly rpcTimeoutMs: number;
  readonly reportBatchMaxEntries: number;
  /** A batch is sent when it has grown to this; half of what Mixer accepts. (Ours.) */
  readonly reportBatchMaxBytes: number;
  readonly reportBatchMaxTimeMs: number;
  /** Report calls in flight at once; further batches wait in the buffer. (Ours: 1.4 has no bound.) */
  readonly reportMaxInFlight: number;
  /** Entries kept while Mixer is away; the oldest batch goes first. (Ours: 1.4 drops them all.) */
  readonly reportBufferEntries: number;
  readonly reportBufferBytes: number;
  /** TCP connections whose byte counts are remembered between two log entries. */
  readonly tcpConnections: number;
  /** Checks waiting for Mixer at once; further ones fail as if Mixer were away. */
  readonly checksInFlight: number;
}

export const defaultLimits: MixerAgentLimits = {
  checkCacheEntries: 10_000,
  quotaCacheEntries: 10_000,
  rpcTimeoutMs: 5_000,
  reportBatchMaxEntries: 100,
  reportBatchMaxBytes: 512 * 1024,
  reportBatchMaxTimeMs: 1_000,
  reportMaxInFlight: 4,
  reportBufferEntries: 50_000,
  reportBufferBytes: 32 * 1024 * 1024,
  tcpConnections: 100_000,
  checksInFlight: 10_000,
};

export interface MixerAgentOptions {
  /** `host:port` of Mixer's policy role. */
  readonly checkAddress: string;
  /** `host:port` of Mixer's telemetry role; may equal `checkAddress`. */
  readonly reportAddress: string;
  /** Plain text if absent. */
  readonly credentials?: ChannelCredentials;
  readonly node: MixerNode;
  readonly clock: Clock;
  readonly log: MixerLog;
  /** Uniform in [0, 1). */
  readonly random?: () => number;
  /** Unique per client; prefix of deduplication ids. */
  readonly clientId?: string;
  readonly limits?: Partial<MixerAgentLimits>;
}
