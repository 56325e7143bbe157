/** What this library logs to; a pino logger fits. Never keys or tokens. */
export interface SdsLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}
