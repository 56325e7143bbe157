import type { LoggerService } from '@nestjs/common';
import type { Loggers } from './loggers.js';

/** Nest's own lines, in scope `nest`; its start-up chatter is debug. */
export class NestLogger implements LoggerService {
  constructor(private readonly loggers: Loggers) {}

  log(message: unknown, ...rest: unknown[]): void {
    this.loggers.get('nest').debug({ context: rest.at(-1) }, String(message));
  }
  error(message: unknown, ...rest: unknown[]): void {
    this.loggers.get('nest').error({ context: rest.at(-1) }, message instanceof Error ? (message.stack ?? message.message) : String(message));
  }
  warn(message: unknown, ...rest: unknown[]): void {
    this.loggers.get('nest').warn({ context: rest.at(-1) }, String(message));
  }
}
