import type { ProtoReader } from '../wire/proto-reader.js';
import { CommonProperties } from './log-entry.js';

/** What is read of envoy.data.accesslog.v3.TCPAccessLogEntry. */
export class TcpLogEntry {
  readonly common = new CommonProperties();

  read(reader: ProtoReader): this {
    const outer = reader.enter();
    for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
      if (tag === 0x0a) this.common.read(reader);
      else reader.skip(tag);
    }
    reader.leave(outer);
    return this;
  }
}
