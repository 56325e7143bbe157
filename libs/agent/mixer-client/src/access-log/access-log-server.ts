import type { sendUnaryData, ServerReadableStream, ServiceDefinition } from '@grpc/grpc-js';
import { ForwardedAttributes } from '../attributes/forwarded.js';
import type { NodeAttributes } from '../attributes/node.js';
import type { AttributeBag } from '../attributes/value.js';
import type { Clock } from '../clock.js';
import type { MixerStatistics } from '../statistics.js';
import { ProtoReader } from '../wire/proto-reader.js';
import { HttpLogEntry } from './http-entry.js';
import { httpReportAttributes } from './http-report.js';
import { LogType } from './log-entry.js';
import { TcpConnections } from './tcp-connections.js';
import { TcpLogEntry } from './tcp-entry.js';
import { TcpReporter } from './tcp-report.js';

type Call = ServerReadableStream<Buffer, Buffer>;

/** envoy.service.accesslog.v3.AccessLogService on raw bytes. */
export const accessLogService: ServiceDefinition = {
  StreamAccessLogs: {
    path: '/envoy.service.accesslog.v3.AccessLogService/StreamAccessLogs',
    requestStream: true,
    responseStream: false,
    requestSerialize: identity,
    requestDeserialize: identity,
    responseSerialize: identity,
    responseDeserialize: identity,
  },
};

export interface AccessLogOptions {
  readonly node: NodeAttributes;
  readonly clock: Clock;
  readonly statistics: MixerStatistics;
  readonly tcpConnections: number;
  readonly report: (attributes: AttributeBag) => void;
}

/** Turns Envoy's access logs into report entries, one for each finished request. */
export class AccessLogServer {
  private readonly forwarded = new ForwardedAttributes();
  private readonly tcp: TcpReporter;

  constructor(private readonly options: AccessLogOptions) {
    const { node, clock, statistics, report } = options;
    const connections = new TcpConnections(options.tcpConnections, () => statistics.tcp_connections_evicted++);
    this.tcp = new TcpReporter({ node, connections, report, now: () => clock.now() });
  }

  /** The grpc-js handler of one stream. */
  readonly stream = (call: Call, callback: sendUnaryData<Buffer>): void => {
    this.options.statistics.access_log_streams++;
    call.on('data', (bytes: Buffer) => this.message(bytes));
    call.on('end', () => callback(null, Buffer.alloc(0)));
    call.on('error', () => undefined);
  };

  /** The check of a TCP connection passed. */
  tcpAccepted(connectionId: string): void {
    this.tcp.accepted(connectionId);
  }

  /** One StreamAccessLogsMessage. What is unreadable ends that message, not the stream. */
  message(bytes: Buffer): void {
    try {
      const reader = new ProtoReader(bytes);
      for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
        if (tag === 0x12) this.entries(reader, () => this.http(new HttpLogEntry().read(reader)));
        else if (tag === 0x1a) this.entries(reader, () => this.tcpEntry(new TcpLogEntry().read(reader)));
        else reader.skip(tag);
      }
    } catch {
      this.options.statistics.malformed_messages++;
    }
  }

  private entries(reader: ProtoReader, readEntry: () => void): void {
    const outer = reader.enter();
    for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
      if (tag === 0x0a) readEntry();
      else reader.skip(tag);
    }
    reader.leave(outer);
  }

  private http(entry: HttpLogEntry): void {
    const { statistics, node, clock, report } = this.options;
    const { logType } = entry.common;
    if (logType !== LogType.downstreamEnd && logType !== LogType.notSet) return;
    statistics.http_log_entries++;
    report(httpReportAttributes(entry, { node, forwarded: this.forwarded, now: clock.now() }));
  }

  private tcpEntry(entry: TcpLogEntry): void {
    this.options.statistics.tcp_log_entries++;
    this.tcp.entry(entry);
  }
}

function identity(bytes: Buffer): Buffer {
  return bytes;
}
