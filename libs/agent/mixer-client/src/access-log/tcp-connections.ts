import type { AttributeBag } from '../attributes/value.js';

/** What is remembered of one TCP connection between two of its log entries. */
export interface TcpConnection {
  /** The `open` report, while the check that decides about it has not answered. */
  held: AttributeBag | undefined;
  accepted: boolean;
  /** Totals at the last `continue`; deltas count from there. */
  receivedBase: number;
  sentBase: number;
}

/** Connections by id; the oldest is forgotten when there are too many. */
export class TcpConnections {
  private readonly byId = new Map<string, TcpConnection>();

  constructor(private readonly limit: number, private readonly onEvicted: () => void) {}

  get(id: string): TcpConnection | undefined {
    return this.byId.get(id);
  }

  obtain(id: string): TcpConnection {
    let connection = this.byId.get(id);
    if (connection) return connection;
    this.byId.set(id, (connection = { held: undefined, accepted: false, receivedBase: 0, sentBase: 0 }));
    if (this.byId.size > this.limit) {
      this.byId.delete(this.byId.keys().next().value!);
      this.onEvicted();
    }
    return connection;
  }

  delete(id: string): void {
    this.byId.delete(id);
  }
}
