import { readAddress, readSecondsNanos, readStringEntry, type SecondsNanos, type SocketAddress } from '../wire/common-fields.js';
import type { ProtoReader } from '../wire/proto-reader.js';
import { MetadataView } from '../wire/struct-view.js';
import { noFlags, readResponseFlags } from './response-flags.js';

/** Numbers of envoy.data.accesslog.v3.AccessLogType that matter here. */
export const LogType = { notSet: 0, tcpUpstreamConnected: 1, tcpPeriodic: 2, tcpConnectionEnd: 3, downstreamEnd: 6 } as const;

/** What is read of envoy.data.accesslog.v3.AccessLogCommon. */
export class CommonProperties {
  downstreamRemote: SocketAddress | undefined;
  downstreamDirectRemote: SocketAddress | undefined;
  downstreamLocal: SocketAddress | undefined;
  upstreamRemote: SocketAddress | undefined;
  tls: TlsProperties | undefined;
  startTime: SecondsNanos | undefined;
  timeToLastDownstreamByte: SecondsNanos | undefined;
  duration: SecondsNanos | undefined;
  upstreamCluster = '';
  responseFlags = noFlags;
  streamId = '';
  wireBytesSent = 0;
  wireBytesReceived = 0;
  logType = 0;
  readonly tags = new Map<string, string>();
  private metadataBytes: Buffer | undefined;
  private metadataView: MetadataView | undefined;

  get metadata(): MetadataView {
    return (this.metadataView ??= new MetadataView(this.metadataBytes));
  }

  read(reader: ProtoReader): void {
    const outer = reader.enter();
    for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) if (!this.readField(reader, tag >>> 3)) reader.skip(tag);
    reader.leave(outer);
  }

  private readField(reader: ProtoReader, field: number): boolean {
    switch (field) {
      case 2: this.downstreamRemote = readAddress(reader); return true;
      case 3: this.downstreamLocal = readAddress(reader); return true;
      case 4: this.tls = readTls(reader); return true;
      case 5: this.startTime = readSecondsNanos(reader); return true;
      case 12: this.timeToLastDownstreamByte = readSecondsNanos(reader); return true;
      case 13: this.upstreamRemote = readAddress(reader); return true;
      case 15: this.upstreamCluster = reader.string(); return true;
      case 16: this.responseFlags = readResponseFlags(reader); return true;
      case 17: this.metadataBytes = reader.bytes(); return true;
      case 20: this.downstreamDirectRemote = readAddress(reader); return true;
      case 22: readStringEntry(reader, this.tags); return true;
      case 23: this.duration = readSecondsNanos(reader); return true;
      case 26: this.streamId = reader.string(); return true;
      case 29: this.wireBytesSent = reader.int64(); return true;
      case 30: this.wireBytesReceived = reader.int64(); return true;
      case 33: this.logType = reader.uint32(); return true;
      default: return false;
    }
  }
}

export interface TlsProperties {
  sni: string;
  /** First URI SAN; empty if there is none. */
  localUri: string;
  peerUri: string;
  peerSubject: string;
}

function readTls(reader: ProtoReader): TlsProperties {
  const tls: TlsProperties = { sni: '', localUri: '', peerUri: '', peerSubject: '' };
  const outer = reader.enter();
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x1a) tls.sni = reader.string();
    else if (tag === 0x22) tls.localUri = readCertificate(reader).uri;
    else if (tag === 0x2a) {
      const peer = readCertificate(reader);
      tls.peerUri = peer.uri;
      tls.peerSubject = peer.subject;
    } else reader.skip(tag);
  }
  reader.leave(outer);
  return tls;
}

/** TLSProperties.CertificateProperties: first URI SAN and subject. */
function readCertificate(reader: ProtoReader): { uri: string; subject: string } {
  let uri = '';
  let subject = '';
  const outer = reader.enter();
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x0a) uri ||= readUri(reader);
    else if (tag === 0x12) subject = reader.string();
    else reader.skip(tag);
  }
  reader.leave(outer);
  return { uri, subject };
}

function readUri(reader: ProtoReader): string {
  let uri = '';
  const outer = reader.enter();
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x0a) uri = reader.string();
    else reader.skip(tag);
  }
  reader.leave(outer);
  return uri;
}
