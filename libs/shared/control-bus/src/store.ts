import { DiscardPolicy, jetstream, jetstreamManager, RetentionPolicy, StorageType, type JetStreamClient } from '@nats-io/jetstream';
import { Kvm, type KV, type KvWatchEntry } from '@nats-io/kv';
import { nanos, type NatsConnection, type QueuedIterator } from '@nats-io/transport-node';
import { configBucket, eventStream, eventSubjects, statusBucket, statusTtlMs } from './subjects.js';

/** Bound of every request to JetStream, in milliseconds. */
export const requestTimeoutMs = 2_000;

/** The bus's stream and buckets on one connection. Valid until the server forgets them; then a new one is opened. */
export interface Store {
  readonly js: JetStreamClient;
  readonly config: KV;
  readonly status: KV;
}

/** Opens the stream and both buckets, creating what is missing. @throws if the server has no JetStream. */
export async function openStore(connection: NatsConnection): Promise<Store> {
  const options = { timeout: requestTimeoutMs };
  const manager = await jetstreamManager(connection, options);
  await manager.streams.info(eventStream).catch(() =>
    manager.streams.add({
      name: eventStream,
      subjects: [eventSubjects],
      retention: RetentionPolicy.Limits,
      discard: DiscardPolicy.Old,
      storage: StorageType.File,
      max_msgs: 10_000,
      max_bytes: 16 << 20,
      max_age: nanos(24 * 3_600_000),
    }),
  );
  const js = jetstream(connection, options);
  const buckets = new Kvm(js);
  const config = await buckets.create(configBucket, { history: 1, storage: StorageType.File });
  const status = await buckets.create(statusBucket, { history: 1, storage: StorageType.Memory, ttl: statusTtlMs });
  return { js, config, status };
}

/** Follows keys of a bucket until the returned function is called or the connection closes. `entry.isUpdate` is false for all but the last of the first values. */
export async function follow(bucket: KV, key: string | string[], onEntry: (entry: KvWatchEntry) => void): Promise<() => void> {
  const entries: QueuedIterator<KvWatchEntry> = await bucket.watch({ key });
  void (async () => {
    for await (const entry of entries) attempt(() => onEntry(entry));
  })().catch(() => {});
  return () => entries.stop();
}

/** An entry that isn't ours to understand (no JSON) must not end the watch. */
function attempt(work: () => void): void {
  try {
    work();
  } catch {
    // the next entry of the key replaces it
  }
}

export const isDeletion = (entry: KvWatchEntry): boolean => entry.operation !== 'PUT';
