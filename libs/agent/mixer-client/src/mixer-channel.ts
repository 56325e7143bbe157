import { Client, connectivityState, credentials, Metadata, status, type ChannelCredentials, type ServiceError } from '@grpc/grpc-js';
import { encodeForwarded } from './attributes/forwarded.js';
import type { MixerLog } from './options.js';

/** Why a call to Mixer brought no answer. `message` is the peer's or the transport's. */
export interface CallFailure {
  readonly code: number;
  readonly message: string;
  readonly kind: 'timeout' | 'send_error' | 'other';
  /** False only if the request surely never left this process. */
  readonly sent: boolean;
}

export interface PendingCall {
  cancel(): void;
}

/** Unary calls with encoded messages; the answer comes once, unless the call was cancelled. */
export interface MixerTransport {
  call(request: Buffer, done: (failure: CallFailure | undefined, response: Buffer | undefined) => void): PendingCall;
}

/** A transport that tells whether a call would go out now. */
export interface ReportTransport extends MixerTransport {
  readonly ready: boolean;
  /** Calls `run` once when the channel may have become ready; connects if it is idle. */
  whenReady(run: () => void): void;
}

export interface MixerChannelOptions {
  readonly address: string;
  readonly credentials: ChannelCredentials | undefined;
  /** `source.uid` of the proxy, sent along so that Mixer can be balanced by it; empty = not sent. */
  readonly sourceUid: string;
  readonly timeoutMs: number;
  readonly log: MixerLog;
  /** Called with the version of Mixer's configuration at the first answer and whenever another one answers. */
  readonly onConfigVersion?: (version: string) => void;
}

/** Trailer in which our Mixer tells the version of its configuration; Istio's Mixer sends none. */
const configVersionTrailer = 'x-quartet-config-version';

/** Short, so that checks and reports go on soon after Mixer's return. */
const reconnect = { 'grpc.initial_reconnect_backoff_ms': 100, 'grpc.max_reconnect_backoff_ms': 1_000 };

/** Consecutive timeouts after which the connection is given up: its peer is gone without a word. */
const timeoutsBeforeReconnect = 3;

/** One method of `istio.mixer.v1.Mixer` at one address. */
export class MixerChannel implements ReportTransport {
  private client: Client;
  private readonly metadata = new Metadata();
  private timeouts = 0;
  private closed = false;
  private configVersion = '';
  private away = false;

  constructor(private readonly method: 'Check' | 'Report', private readonly options: MixerChannelOptions) {
    this.client = this.connect();
    if (options.sourceUid !== '') this.metadata.set('x-istio-attributes', encodeForwarded({ 'source.uid': options.sourceUid }));
  }

  get ready(): boolean {
    return !this.closed && this.client.getChannel().getConnectivityState(true) === connectivityState.READY;
  }

  whenReady(run: () => void): void {
    if (this.closed) return;
    if (this.ready) return run();
    const { client } = this;
    const channel = client.getChannel();
    channel.watchConnectivityState(channel.getConnectivityState(true), Infinity, () => {
      if (client === this.client) this.whenReady(run);
    });
  }

  call(request: Buffer, done: (failure: CallFailure | undefined, response: Buffer | undefined) => void): PendingCall {
    const deadline = Date.now() + this.options.timeoutMs;
    const finish = (error: ServiceError | null, response?: Buffer): void => {
      this.timeouts = error?.code === status.DEADLINE_EXCEEDED ? this.timeouts + 1 : 0;
      if (this.timeouts >= timeoutsBeforeReconnect) this.reconnect();
      const failure = error ? failureOf(error) : undefined;
      this.note(failure?.kind === 'send_error' || failure?.kind === 'timeout', error?.details);
      done(failure, response);
    };
    const pending = this.client.makeUnaryRequest(`/istio.mixer.v1.Mixer/${this.method}`, identity, identity, request, this.metadata.clone(), { deadline }, finish);
    pending.on('status', ({ metadata }) => this.noteConfigVersion(metadata));
    return pending;
  }

  close(): void {
    this.closed = true;
    this.client.close();
  }

  /** Logs when Mixer goes away and when it is back, not each call. */
  private note(away: boolean, reason: string | undefined): void {
    if (away === this.away || this.closed) return;
    this.away = away;
    const fields = { method: this.method, address: this.options.address };
    if (away) this.options.log.warn({ ...fields, reason }, 'Mixer does not answer');
    else this.options.log.info(fields, 'Mixer answers again');
  }

  private noteConfigVersion(metadata: Metadata): void {
    const [version] = metadata.get(configVersionTrailer);
    if (version === undefined || version === this.configVersion) return;
    this.configVersion = String(version);
    this.options.onConfigVersion?.(this.configVersion);
  }

  private connect(): Client {
    const { credentials: given, address } = this.options;
    const authority = given ? {} : { 'grpc.default_authority': 'mixer' };
    return new Client(address, given ?? credentials.createInsecure(), { ...reconnect, ...authority, 'grpc.use_local_subchannel_pool': 1 });
  }

  private reconnect(): void {
    this.timeouts = 0;
    if (this.closed) return;
    const old = this.client;
    this.client = this.connect();
    old.close();
  }
}

/** How grpc-js words the failure of a call that was surely not executed, and of one that lost its connection. */
const neverSent = /^(No connection established|Name resolution failed|Stream refused)/;
const connectionLost = /^(Connection dropped|Call dropped|read E|write E)/;

const connectError = 'upstream connect error or disconnect/reset before headers. reset reason: ';

/** Transport failures in Envoy's words, as Istio's users know them; they reach the refused client. */
function failureOf({ code, details }: ServiceError): CallFailure {
  if (code === status.DEADLINE_EXCEEDED) return { code: status.UNAVAILABLE, message: 'upstream request timeout', kind: 'timeout', sent: true };
  if (code !== status.UNAVAILABLE) return { code, message: details, kind: 'other', sent: true };
  if (neverSent.test(details)) return { code, message: `${connectError}connection failure`, kind: 'send_error', sent: false };
  if (connectionLost.test(details)) return { code, message: `${connectError}connection termination`, kind: 'send_error', sent: true };
  return { code, message: details, kind: 'send_error', sent: true };
}

function identity(bytes: Buffer): Buffer {
  return bytes;
}
