import { readAddress, readSecondsNanos, readStringEntry, type SecondsNanos } from '../wire/common-fields.js';
import { ProtoReader } from '../wire/proto-reader.js';
import { MetadataView } from '../wire/struct-view.js';

/** One side of the connection, as envoy.service.auth.v3.AttributeContext.Peer tells it. */
export interface Peer {
  /** Text form of the physical address; empty if it has no IP. */
  address: string;
  principal: string;
  hasCertificate: boolean;
  /** On the destination of a TCP connection: the SNI. */
  service: string;
}

/** What is read of envoy.service.auth.v3.CheckRequest. Headers are as Envoy sends them, pseudo headers included. */
export class AuthzRequest {
  readonly source: Peer = { address: '', principal: '', hasCertificate: false, service: '' };
  readonly destination: Peer = { address: '', principal: '', hasCertificate: false, service: '' };
  /** False for a TCP connection. */
  isHttp = false;
  time: SecondsNanos | undefined;
  method = '';
  path = '';
  host = '';
  scheme = '';
  sni = '';
  readonly headers = new Map<string, string>();
  readonly extensions = new Map<string, string>();
  private metadataBytes: Buffer | undefined;
  private metadataView: MetadataView | undefined;

  get metadata(): MetadataView {
    return (this.metadataView ??= new MetadataView(this.metadataBytes));
  }

  /** Throws MalformedMessageError. */
  static read(bytes: Buffer): AuthzRequest {
    const request = new AuthzRequest();
    const reader = new ProtoReader(bytes);
    for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
      if (tag === 0x0a) request.readContext(reader);
      else reader.skip(tag);
    }
    return request;
  }

  private readContext(reader: ProtoReader): void {
    const outer = reader.enter();
    for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
      switch (tag) {
        case 0x0a: readPeer(reader, this.source); break;
        case 0x12: readPeer(reader, this.destination); break;
        case 0x22: this.readRequest(reader); break;
        case 0x52: readStringEntry(reader, this.extensions); break;
        case 0x5a: this.metadataBytes = reader.bytes(); break;
        case 0x62: this.readTlsSession(reader); break;
        default: reader.skip(tag);
      }
    }
    reader.leave(outer);
  }

  private readRequest(reader: ProtoReader): void {
    const outer = reader.enter();
    for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
      if (tag === 0x0a) this.time = readSecondsNanos(reader);
      else if (tag === 0x12) this.readHttp(reader);
      else reader.skip(tag);
    }
    reader.leave(outer);
  }

  private readHttp(reader: ProtoReader): void {
    this.isHttp = true;
    const outer = reader.enter();
    for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
      switch (tag) {
        case 0x12: this.method = reader.string(); break;
        case 0x1a: readStringEntry(reader, this.headers); break;
        case 0x22: this.path = reader.string(); break;
        case 0x2a: this.host = reader.string(); break;
        case 0x32: this.scheme = reader.string(); break;
        default: reader.skip(tag);
      }
    }
    reader.leave(outer);
  }

  private readTlsSession(reader: ProtoReader): void {
    const outer = reader.enter();
    for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
      if (tag === 0x0a) this.sni = reader.string();
      else reader.skip(tag);
    }
    reader.leave(outer);
  }
}

function readPeer(reader: ProtoReader, peer: Peer): void {
  const outer = reader.enter();
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    switch (tag) {
      case 0x0a: peer.address = readAddress(reader)?.ip ?? ''; break;
      case 0x12: peer.service = reader.string(); break;
      case 0x22: peer.principal = reader.string(); break;
      case 0x2a: peer.hasCertificate = reader.bytes().length > 0; break;
      default: reader.skip(tag);
    }
  }
  reader.leave(outer);
}
