import { AccessLogType, type AccessLogCommon, type HTTPAccessLogEntry, type TCPAccessLogEntry } from '@quartet/api/envoy/data/accesslog/v3/accesslog';
import { StreamAccessLogsMessage } from '@quartet/api/envoy/service/accesslog/v3/als';

type Loose = Record<string, unknown>;

const address = (ip: string, port: number): Loose => ({ socketAddress: { address: ip, portValue: port } });

export interface LogParts {
  readonly tags?: Record<string, string>;
  readonly metadata?: Record<string, Record<string, unknown>>;
  readonly common?: Loose;
  readonly request?: Loose;
  readonly response?: Loose;
}

function common(parts: LogParts): Loose {
  return {
    downstreamRemoteAddress: address('127.0.0.1', 40000),
    downstreamDirectRemoteAddress: address('127.0.0.1', 40000),
    downstreamLocalAddress: address('127.77.1.2', 9080),
    upstreamRemoteAddress: address('127.77.2.1', 9080),
    startTime: { seconds: 1_600_000_000, nanos: 900_000_000 },
    duration: { seconds: 0, nanos: 200_000_000 },
    metadata: { filterMetadata: parts.metadata ?? {} },
    customTags: parts.tags ?? {},
    accessLogType: AccessLogType.DownstreamEnd,
    ...parts.common,
  };
}

/** `GET /echo` answered with 200, as Envoy's HTTP gRPC access log tells it, with parts changed. */
export function httpEntry(parts: LogParts = {}): HTTPAccessLogEntry {
  return {
    commonProperties: common(parts),
    request: {
      requestMethod: 1, scheme: 'http', authority: 'svc.ns3:80', path: '/echo', userAgent: 'curl', requestId: 'id-1',
      requestHeadersBytes: 200, requestBodyBytes: 12, requestHeaders: { 'x-b3-traceid': 'abc' }, ...parts.request,
    },
    response: { responseCode: 200, responseHeadersBytes: 100, responseBodyBytes: 7, responseHeaders: { 'content-type': 'text/plain' }, ...parts.response },
  } as never;
}

export function tcpEntry(accessLogType: AccessLogType, bytes: { received: number; sent: number }, parts: LogParts = {}): TCPAccessLogEntry {
  const wire = { downstreamWireBytesReceived: bytes.received, downstreamWireBytesSent: bytes.sent, streamId: 'conn-1' };
  return { commonProperties: common({ ...parts, common: { accessLogType, ...wire, ...parts.common } }) } as never;
}

export function httpMessage(...entries: HTTPAccessLogEntry[]): Buffer {
  return Buffer.from(StreamAccessLogsMessage.encode(StreamAccessLogsMessage.fromPartial({ httpLogs: { logEntry: entries } })).finish());
}

export function tcpMessage(...entries: TCPAccessLogEntry[]): Buffer {
  return Buffer.from(StreamAccessLogsMessage.encode(StreamAccessLogsMessage.fromPartial({ tcpLogs: { logEntry: entries } })).finish());
}

export function streamIdentifier(): Buffer {
  return Buffer.from(StreamAccessLogsMessage.encode(StreamAccessLogsMessage.fromPartial({ identifier: { logName: 'mixer' } } as never)).finish());
}

export type { AccessLogCommon };
