/** What both ends of the protocol report for metrics and logs; see `createMcpMetrics`. */
export interface McpReporter {
  /** Streams open now. */
  clients(count: number): void;
  messageSize(collection: string, bytes: number): void;
  ack(collection: string): void;
  nack(collection: string, code: number, detail: string): void;
  sendFailure(code: number, error: string): void;
  recvFailure(code: number, error: string): void;
  reconnect(): void;
}

const nothing = (): void => {};
export const silentReporter: McpReporter = Object.freeze({
  clients: nothing, messageSize: nothing, ack: nothing, nack: nothing, sendFailure: nothing, recvFailure: nothing, reconnect: nothing,
});

/** What the room logs to; a pino logger fits. */
export interface McpLog {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
}

export const silentLog: McpLog = Object.freeze({ debug: nothing, info: nothing, warn: nothing });
