import { readStringEntry } from '../wire/common-fields.js';
import type { ProtoReader } from '../wire/proto-reader.js';
import { CommonProperties } from './log-entry.js';

/** Names of envoy.config.core.v3.RequestMethod; others come as header `:method`, if logged. */
const methods = ['', 'GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH'];

/** What is read of envoy.data.accesslog.v3.HTTPAccessLogEntry; headers are those that Envoy was told to log. */
export class HttpLogEntry {
  readonly common = new CommonProperties();
  method = '';
  scheme = '';
  authority = '';
  path = '';
  userAgent = '';
  referer = '';
  requestId = '';
  requestHeadersBytes = 0;
  requestBodyBytes = 0;
  readonly requestHeaders = new Map<string, string>();
  /** 0 if there was no response. */
  responseCode = 0;
  responseHeadersBytes = 0;
  responseBodyBytes = 0;
  readonly responseHeaders = new Map<string, string>();
  readonly responseTrailers = new Map<string, string>();

  read(reader: ProtoReader): this {
    const outer = reader.enter();
    for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
      if (tag === 0x0a) this.common.read(reader);
      else if (tag === 0x1a) this.readRequest(reader);
      else if (tag === 0x22) this.readResponse(reader);
      else reader.skip(tag);
    }
    reader.leave(outer);
    return this;
  }

  private readRequest(reader: ProtoReader): void {
    const outer = reader.enter();
    for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
      switch (tag >>> 3) {
        case 1: this.method = methods[reader.uint32()] ?? ''; break;
        case 2: this.scheme = reader.string(); break;
        case 3: this.authority = reader.string(); break;
        case 5: this.path = reader.string(); break;
        case 6: this.userAgent = reader.string(); break;
        case 7: this.referer = reader.string(); break;
        case 9: this.requestId = reader.string(); break;
        case 11: this.requestHeadersBytes = reader.int64(); break;
        case 12: this.requestBodyBytes = reader.int64(); break;
        case 13: readStringEntry(reader, this.requestHeaders); break;
        default: reader.skip(tag);
      }
    }
    reader.leave(outer);
  }

  private readResponse(reader: ProtoReader): void {
    const outer = reader.enter();
    for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
      switch (tag >>> 3) {
        case 1: this.responseCode = readUInt32Value(reader); break;
        case 2: this.responseHeadersBytes = reader.int64(); break;
        case 3: this.responseBodyBytes = reader.int64(); break;
        case 4: readStringEntry(reader, this.responseHeaders); break;
        case 5: readStringEntry(reader, this.responseTrailers); break;
        default: reader.skip(tag);
      }
    }
    reader.leave(outer);
  }
}

function readUInt32Value(reader: ProtoReader): number {
  let value = 0;
  const outer = reader.enter();
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x08) value = reader.uint32();
    else reader.skip(tag);
  }
  reader.leave(outer);
  return value;
}
