import { flatten } from '../attributes/derive.js';
import type { NodeAttributes } from '../attributes/node.js';
import { DurationValue, TimestampValue, type AttributeBag } from '../attributes/value.js';
import { checkOutcomeOf, setCacheHits, setCheckError, type CheckOutcome } from './check-outcome.js';
import { configuredAttributes, setConnectionAttributes, setDestination } from './common-attributes.js';
import { LogType, type CommonProperties } from './log-entry.js';
import type { TcpConnection, TcpConnections } from './tcp-connections.js';
import type { TcpLogEntry } from './tcp-entry.js';

const authzNamespace = 'envoy.filters.network.ext_authz';
const mongoNamespace = 'envoy.filters.network.mongo_proxy';

/** Custom tag that says whether the listener checks its connections. */
const checkTag = 'mixer.check';

export interface TcpReporterOptions {
  readonly node: NodeAttributes;
  readonly connections: TcpConnections;
  readonly report: (attributes: AttributeBag) => void;
  readonly now: () => number;
}

/**
 * Turns the log entries of TCP connections into the reports `open`, `continue` and `close`. `open` waits for the check of
 * the connection, if it has one; a connection that was refused, or never sent a byte to be checked, has only a `close`.
 * Source: istio/proxy 1.4, src/istio/control/tcp/{request_handler_impl,attributes_builder}.cc.
 */
export class TcpReporter {
  constructor(private readonly options: TcpReporterOptions) {}

  entry({ common }: TcpLogEntry): void {
    const connection = this.options.connections.obtain(common.streamId);
    const outcome = checkOutcomeOf(common.metadata, authzNamespace);
    if (outcome?.errorCode === 0) this.release(connection);
    if (common.logType === LogType.tcpUpstreamConnected) this.opened(common, connection, outcome);
    else if (common.logType === LogType.tcpPeriodic) this.continued(common, connection, outcome);
    else if (common.logType === LogType.tcpConnectionEnd || common.logType === LogType.notSet) this.closed(common, connection, outcome);
  }

  /** The check of a connection passed. */
  accepted(id: string): void {
    this.release(this.options.connections.obtain(id));
  }

  private release(connection: TcpConnection): void {
    connection.accepted = true;
    const { held } = connection;
    connection.held = undefined;
    if (held) this.options.report(held);
  }

  private opened(common: CommonProperties, connection: TcpConnection, outcome: CheckOutcome | undefined): void {
    const bag = this.attributes(common, connection, 'open');
    if (outcome) setCacheHits(bag, outcome);
    if (common.tags.get(checkTag) === 'true' && !connection.accepted) connection.held = bag;
    else this.options.report(bag);
  }

  private continued(common: CommonProperties, connection: TcpConnection, outcome: CheckOutcome | undefined): void {
    if (connection.held || (outcome && outcome.errorCode !== 0)) return;
    const bag = this.attributes(common, connection, 'continue');
    if (outcome) setCacheHits(bag, outcome);
    connection.receivedBase = common.wireBytesReceived;
    connection.sentBase = common.wireBytesSent;
    this.options.report(bag);
  }

  private closed(common: CommonProperties, connection: TcpConnection, outcome: CheckOutcome | undefined): void {
    const bag = this.attributes(common, connection, 'close');
    const duration = common.duration ?? { seconds: 0, nanos: 0 };
    bag.set('connection.duration', new DurationValue(duration.seconds, duration.nanos));
    if (outcome) {
      setCacheHits(bag, outcome);
      setCheckError(bag, outcome);
    }
    this.options.connections.delete(common.streamId);
    this.options.report(bag);
  }

  private attributes(common: CommonProperties, connection: TcpConnection, event: 'open' | 'continue' | 'close'): AttributeBag {
    const bag = configuredAttributes(common, this.options.node);
    setConnectionAttributes(bag, common);
    const ip = bag.get('origin.ip');
    if (ip !== undefined) bag.set('source.ip', ip);
    setDestination(bag, common.upstreamRemote ?? common.downstreamLocal);
    const mongo = common.metadata.fields(mongoNamespace);
    if (mongo) bag.set(mongoNamespace, flatten(mongo));
    const { wireBytesReceived: received, wireBytesSent: sent } = common;
    bag.set('connection.received.bytes', received - connection.receivedBase).set('connection.received.bytes_total', received);
    bag.set('connection.sent.bytes', sent - connection.sentBase).set('connection.sent.bytes_total', sent);
    if (common.streamId !== '') bag.set('connection.id', common.streamId);
    return bag.set('connection.event', event).set('context.protocol', 'tcp').set('context.time', TimestampValue.fromMillis(this.options.now()));
  }
}
