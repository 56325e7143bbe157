import type { NatsConnection } from '@nats-io/transport-node';
import type { KvWatchEntry } from '@nats-io/kv';
import { Backoff } from './backoff.js';
import { sendCommand } from './commands.js';
import { ConfigWatcher, type ConfigOutcome } from './config-watcher.js';
import { ConfigPublisher } from './config-publisher.js';
import { Connection, message } from './connection.js';
import { EventPublisher } from './event-publisher.js';
import { StatusPublisher } from './status-publisher.js';
import { StatusTable } from './status-table.js';
import { follow, isDeletion, openStore, type Store } from './store.js';
import { componentConfigKey, eventStream, eventSubject, eventSubjects } from './subjects.js';
import type { BusCounters, BusEvent, BusLog, ComponentConfig, ComponentStatus, ConfigApplier, ControlBusOptions, ObservedStatus } from './types.js';
import { ControlBusUnavailable } from './types.js';

/** A store that worked this long is not what keeps failing. */
const steadyMs = 30_000;

const silent: BusLog = { debug: () => {}, info: () => {}, warn: () => {} };

/**
 * A component's end of the control bus. It never throws at start and never blocks: everything is kept as wanted state
 * (status, configuration to publish, watches, bounded events) and brought to NATS whenever NATS is there. Without a URL it is local to the process.
 */
export class ControlBus {
  readonly counters: BusCounters = {
    connected: 0, reconnects: 0, connectFailures: 0, eventsPublished: 0, eventsDropped: 0,
    statusPublished: 0, publishFailures: 0, configApplied: 0, configRejected: 0,
  };
  readonly #abort = new AbortController();
  readonly #log: BusLog;
  readonly #events: EventPublisher;
  readonly #status: StatusPublisher;
  readonly #config: ConfigWatcher;
  readonly #published: ConfigPublisher;
  readonly #table = new StatusTable();
  readonly #connection: Connection | undefined;
  readonly #openListeners = new Set<(connection: NatsConnection) => void>();
  readonly #statusListeners = new Set<() => void>();
  readonly #eventListeners = new Set<(event: BusEvent) => void>();
  #watchingConfig = false;
  #watchingStatus = false;
  #store: Store | undefined;
  #stops: (() => void)[] = [];
  #opening = false;
  #openAgain = false;
  #attachedAt = 0;
  #recovering: Promise<void> | undefined;
  readonly #failures = new Backoff(50, 5_000);

  /** Connects in the background and returns at once. */
  static start(options: ControlBusOptions): ControlBus {
    return new ControlBus(options);
  }

  private constructor(readonly options: ControlBusOptions) {
    this.#log = options.log ?? silent;
    const failed = (error: unknown): void => this.#onFailure(error);
    this.#events = new EventPublisher(options, this.counters, failed);
    this.#status = new StatusPublisher(options, this.counters, failed);
    this.#published = new ConfigPublisher(failed);
    this.#config = new ConfigWatcher(options.component, (outcome) => this.#onConfig(outcome));
    const servers = (options.url ?? '').split(',').map((url) => url.trim()).filter((url) => url !== '');
    if (servers.length === 0) return;
    this.#connection = new Connection(servers, `${options.component}/${options.instance}`, this.counters, this.#log);
    const events = { opened: (connection: NatsConnection) => this.#onOpened(connection), reconnected: () => this.#reopen(), lost: () => this.#detach() };
    void this.#connection.run(events, this.#abort.signal);
  }

  get identity(): { readonly component: string; readonly instance: string } {
    return this.options;
  }

  /** False for a bus that is local to the process. */
  get enabled(): boolean {
    return this.#connection !== undefined;
  }

  get connected(): boolean {
    return this.counters.connected === 1;
  }

  /** This instance's own status as it is published. */
  get status(): ComponentStatus {
    return this.#status.current;
  }

  setReady(ready: boolean, readiness: Readonly<Record<string, boolean | string>> = {}): void {
    this.#status.update({ ready, readiness });
  }

  /** Adds to the status's detail; undefined removes a key. */
  setDetail(detail: Readonly<Record<string, unknown>>): void {
    this.#status.update({ detail: { ...this.status.detail, ...detail } });
  }

  /** Publishes the status now (also done every 3 s and on each change). */
  heartbeat(): void {
    this.#status.touch();
  }

  /** Fire and forget: queued while NATS is away, the oldest dropped and counted when the queue is full. */
  publish(type: string, data: unknown): void {
    const event: BusEvent = { component: this.options.component, instance: this.options.instance, type, time: new Date().toISOString(), data };
    if (this.enabled) this.#events.publish(event);
    else for (const listener of this.#eventListeners) listener(event);
  }

  /** Follows the configuration of this component and of all; the outcome goes into the status and an event. Returns the unsubscribe function. */
  watchComponentConfig(apply: ConfigApplier): () => void {
    const remove = this.#config.add(apply);
    if (!this.#watchingConfig) {
      this.#watchingConfig = true;
      if (this.enabled) this.#reopen();
    }
    return remove;
  }

  /** Publishes the configuration of a component (`*`: of all), undefined withdraws it. Kept and published again whenever NATS lost it. */
  putComponentConfig(component: string, config: ComponentConfig | undefined): void {
    this.#published.put(componentConfigKey(component), config);
    this.#setLocally(component, config);
  }

  /** The whole set of component configurations: what is not in it is withdrawn, also what an earlier process left behind. */
  replaceComponentConfigs(configs: ReadonlyMap<string, ComponentConfig>): void {
    this.#published.replace('component.', new Map([...configs].map(([component, config]) => [componentConfigKey(component), config])));
    for (const component of ['*', this.options.component]) this.#setLocally(component, configs.get(component));
  }

  /** Any other key of the configuration bucket (for example `mesh`); undefined withdraws it. */
  putConfig(key: string, value: unknown): void {
    this.#published.put(key, value);
  }

  /** Statuses in the bucket: the instances alive now. A local bus knows only itself. @throws ControlBusUnavailable while NATS is away. */
  async readStatus(): Promise<ComponentStatus[]> {
    if (!this.enabled) return [this.status];
    const store = this.#store;
    if (!store) throw new ControlBusUnavailable('status: not connected to NATS');
    const statuses: ComponentStatus[] = [];
    for await (const entry of await store.status.history({ key: '>' })) if (!isDeletion(entry)) statuses.push(entry.json());
    return statuses.sort((a, b) => (`${a.component}.${a.instance}` < `${b.component}.${b.instance}` ? -1 : 1));
  }

  /** Follows every instance's status; read it with `observedStatus()`. Returns the unsubscribe function. */
  watchStatus(listener: () => void = () => {}): () => void {
    this.#statusListeners.add(listener);
    if (!this.#watchingStatus) {
      this.#watchingStatus = true;
      if (this.enabled) this.#reopen();
    }
    return () => this.#statusListeners.delete(listener);
  }

  /** What `watchStatus` has seen, the dead included; available while NATS is away. */
  observedStatus(): ObservedStatus[] {
    const now = Date.now();
    return this.enabled ? this.#table.list(now) : [{ ...this.status, lastSeen: now, alive: true }];
  }

  /** Live events from now on, of one component or type if asked. Returns the unsubscribe function. */
  subscribeEvents(listener: (event: BusEvent) => void, filter: { readonly component?: string; readonly type?: string } = {}): () => void {
    const wanted = (event: BusEvent): boolean => (filter.component ?? event.component) === event.component && (filter.type ?? event.type) === event.type;
    const guarded = (event: BusEvent): void => {
      if (wanted(event)) listener(event);
    };
    const received = (data: Uint8Array): void => {
      const event = parseEvent(data);
      if (event) guarded(event);
    };
    if (!this.enabled) {
      this.#eventListeners.add(guarded);
      return () => this.#eventListeners.delete(guarded);
    }
    let stop = (): void => {};
    const forget = this.onConnection((connection) => {
      const subscription = connection.subscribe(eventSubjects, { callback: (error, msg) => (error ? undefined : received(msg.data)) });
      stop = () => subscription.unsubscribe();
    });
    return () => (forget(), stop());
  }

  /** The newest events that the stream still holds, oldest first. */
  async recentEvents(limit: number, filter: { readonly component?: string; readonly type?: string } = {}): Promise<BusEvent[]> {
    const store = this.#store;
    if (!store) throw new ControlBusUnavailable('events: not connected to NATS');
    const { state } = await (await store.js.jetstreamManager(false)).streams.info(eventStream);
    if (state.messages === 0) return [];
    const subject = filter.component && filter.type ? eventSubject(filter.component, filter.type) : `quartet.events.${filter.component ?? '*'}.${filter.type ?? '*'}`;
    const consumer = await store.js.consumers.get(eventStream, { opt_start_seq: Math.max(state.first_seq, state.last_seq - limit + 1), filter_subjects: [subject] });
    const found: BusEvent[] = [];
    for await (const entry of await consumer.fetch({ max_messages: limit, expires: 1_000 })) {
      found.push(entry.json<BusEvent>());
      if (entry.seq >= state.last_seq || entry.info.pending === 0) break;
    }
    return found;
  }

  /** Sends a command. Without an instance every instance obeys and the first answer is returned. @throws ControlBusUnavailable, CommandFailed */
  async request<T = unknown>(component: string, command: string, payload: unknown, target: { readonly instance?: string; readonly timeoutMs?: number } = {}): Promise<T> {
    const connection = this.#connection?.current;
    if (!connection) throw new ControlBusUnavailable(`quartet.${component}.${command}: not connected to NATS`);
    return sendCommand<T>(connection, { component, command, payload, instance: target.instance, timeoutMs: target.timeoutMs ?? 5_000 });
  }

  /** Called with each connection object, the present one at once; its subscriptions survive reconnects. */
  onConnection(listener: (connection: NatsConnection) => void): () => void {
    this.#openListeners.add(listener);
    const connection = this.#connection?.current;
    if (connection) listener(connection);
    return () => this.#openListeners.delete(listener);
  }

  /** Takes the status back and disconnects; at most about a second. */
  async close(): Promise<void> {
    await this.#status.close();
    await this.#events.flush();
    this.#abort.abort();
    this.#detach();
    await this.#connection?.close();
  }

  #onOpened(connection: NatsConnection): void {
    for (const listener of this.#openListeners) listener(connection);
    this.#reopen();
  }

  #detach(): void {
    this.#store = undefined;
    this.#published.detach();
    this.#events.detach();
    this.#status.detach();
    for (const stop of this.#stops.splice(0)) stop();
  }

  /** Opens stream, buckets and watches anew, and brings the wanted state; single flight, tries until it works or the connection goes. */
  #reopen(): void {
    this.#openAgain = true;
    if (this.#opening) return;
    this.#opening = true;
    void this.#open();
  }

  async #open(): Promise<void> {
    const backoff = new Backoff();
    for (let warned = false; this.#openAgain && !this.#abort.signal.aborted; ) {
      const connection = this.#connection?.current;
      if (!connection) break;
      this.#openAgain = false;
      try {
        await this.#attach(await openStore(connection));
      } catch (error) {
        this.#detach();
        if (!warned) this.#log.warn(`control bus: JetStream is not usable (${message(error)}); trying again`);
        warned = this.#openAgain = true;
        await backoff.pause(this.#abort.signal);
      }
    }
    this.#opening = false;
  }

  async #attach(store: Store): Promise<void> {
    this.#detach();
    if (this.#watchingConfig) this.#stops.push(await follow(store.config, this.#config.keys, (entry) => this.#config.onEntry(entry)));
    if (this.#watchingStatus) this.#stops.push(await follow(store.status, '>', (entry) => this.#onStatus(entry)));
    this.#store = store;
    this.#attachedAt = performance.now();
    this.#published.attach(store.config);
    if (!this.options.observer) this.#status.attach(store.status);
    this.#events.attach(store.js);
  }

  /** A refused publication may mean that the server lost the stream: look again, ever more slowly if it keeps failing. */
  #onFailure(error: unknown): void {
    this.counters.publishFailures++;
    this.#log.debug(`control bus: publishing failed: ${message(error)}`);
    if (performance.now() - this.#attachedAt > steadyMs) this.#failures.reset();
    this.#recovering ??= this.#failures.pause(this.#abort.signal).then(() => {
      this.#recovering = undefined;
      if (this.connected) this.#reopen();
    });
  }

  /** A local bus has no bucket. */
  #setLocally(component: string, config: ComponentConfig | undefined): void {
    if (!this.enabled && (component === '*' || component === this.options.component)) this.#config.set(component, config);
  }

  #onStatus(entry: KvWatchEntry): void {
    if (isDeletion(entry)) this.#table.left(entry.key);
    else this.#table.seen(entry.key, entry.json<ComponentStatus>(), entry.created.getTime());
    for (const listener of this.#statusListeners) listener();
  }

  #onConfig({ version, error }: ConfigOutcome): void {
    this.counters[error === undefined ? 'configApplied' : 'configRejected']++;
    if (error !== undefined) this.#log.warn(`control bus: component config refused: ${error}`);
    this.#status.update({ configVersion: version, configError: error });
    this.publish(error === undefined ? 'component-config-applied' : 'component-config-rejected', { version, ...(error === undefined ? {} : { error }) });
  }
}

/** Anyone may publish on the subject: what is no event is passed over. */
function parseEvent(data: Uint8Array): BusEvent | undefined {
  try {
    const event = JSON.parse(Buffer.from(data).toString()) as BusEvent | null;
    return typeof event?.component === 'string' && typeof event.type === 'string' ? event : undefined;
  } catch {
    return undefined;
  }
}
