import pino, { type DestinationStream, type Logger } from 'pino';

export type { Logger } from 'pino';

/** Istio's level names and their pino counterparts. */
const LEVELS: Readonly<Record<string, string>> = { none: 'silent', error: 'error', warn: 'warn', info: 'info', debug: 'debug', trace: 'trace' };

/** Names whose values never reach a log. */
const SECRET_PATHS = ['key', 'privateKey', 'token', 'password', 'authorization', '*.key', '*.privateKey', '*.token', '*.password', '*.authorization'];

/**
 * One logger per scope; levels change while the process runs.
 * Levels are written as Istio's `--log_output_level`: `default:info,ads:debug`.
 */
export class Loggers {
  private readonly root: Logger;
  private readonly scopes = new Map<string, Logger>();
  private levels = new Map<string, string>();

  constructor(
    levels: string,
    base: Readonly<Record<string, unknown>> = {},
    destination?: DestinationStream,
  ) {
    const options = { base, level: 'trace', timestamp: pino.stdTimeFunctions.isoTime, formatters: { level: (label: string) => ({ level: label }) }, redact: { paths: SECRET_PATHS, censor: '[redacted]' } };
    this.root = destination ? pino(options, destination) : pino(options);
    const problem = this.setLevels(levels);
    if (problem) throw new Error(problem);
  }

  get(scope: string): Logger {
    let logger = this.scopes.get(scope);
    if (!logger) {
      logger = this.root.child({ scope });
      logger.level = this.levelOf(scope);
      this.scopes.set(scope, logger);
    }
    return logger;
  }

  /** Applies `scope:level,...`; returns what is wrong with the text, in which case nothing changes. */
  setLevels(text: string): string | undefined {
    const next = new Map(this.levels);
    for (const part of text.split(',').map((entry) => entry.trim()).filter(Boolean)) {
      const [scope, level] = part.includes(':') ? (part.split(':') as [string, string]) : ['default', part];
      if (!(level in LEVELS)) return `log level "${level}" of scope "${scope}" is none of ${Object.keys(LEVELS).join(', ')}`;
      next.set(scope === 'all' ? 'default' : scope, level);
    }
    this.levels = next;
    for (const [scope, logger] of this.scopes) logger.level = this.levelOf(scope);
    return undefined;
  }

  /** Effective levels: `default`, every scope that was named and every scope in use. */
  effectiveLevels(): Record<string, string> {
    const names = new Set(['default', ...this.levels.keys(), ...this.scopes.keys()]);
    return Object.fromEntries([...names].sort().map((scope) => [scope, this.levels.get(scope) ?? this.levels.get('default') ?? 'info']));
  }

  private levelOf(scope: string): string {
    return LEVELS[this.levels.get(scope) ?? this.levels.get('default') ?? 'info'] ?? 'info';
  }
}
