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
  /** The levels in force: what the command line said, over it the component's configuration, over it what was set by hand. */
  private levels: Levels = new Map();
  private readonly started: Levels;
  private configured: Levels = new Map();
  private byHand: Levels = new Map();

  constructor(
    levels: string,
    base: Readonly<Record<string, unknown>> = {},
    destination?: DestinationStream,
  ) {
    const options = { base, level: 'trace', timestamp: pino.stdTimeFunctions.isoTime, formatters: { level: (label: string) => ({ level: label }) }, redact: { paths: SECRET_PATHS, censor: '[redacted]' } };
    this.root = destination ? pino(options, destination) : pino(options);
    const parsed = parseLevels(levels);
    if (typeof parsed === 'string') throw new Error(parsed);
    this.started = parsed;
    this.merge();
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

  /** Sets `scope:level,...` by hand; returns what is wrong with the text, in which case nothing changes. */
  setLevels(text: string): string | undefined {
    const levels = parseLevels(text);
    if (typeof levels === 'string') return levels;
    this.byHand = new Map([...this.byHand, ...levels]);
    this.merge();
    return undefined;
  }

  /** Takes the whole of the configured levels: scopes that it no longer names go back, those that it names obey it. Returns what is wrong, as `setLevels`. */
  configure(text: string): string | undefined {
    const levels = parseLevels(text);
    if (typeof levels === 'string') return levels;
    this.configured = levels;
    this.byHand = new Map([...this.byHand].filter(([scope]) => !levels.has(scope)));
    this.merge();
    return undefined;
  }

  /** Effective levels: `default`, every scope that was named and every scope in use. */
  effectiveLevels(): Record<string, string> {
    const names = new Set(['default', ...this.levels.keys(), ...this.scopes.keys()]);
    return Object.fromEntries([...names].sort().map((scope) => [scope, this.levels.get(scope) ?? this.levels.get('default') ?? 'info']));
  }

  private merge(): void {
    this.levels = new Map([...this.started, ...this.configured, ...this.byHand]);
    for (const [scope, logger] of this.scopes) logger.level = this.levelOf(scope);
  }

  private levelOf(scope: string): string {
    return LEVELS[this.levels.get(scope) ?? this.levels.get('default') ?? 'info'] ?? 'info';
  }
}

type Levels = ReadonlyMap<string, string>;

/** Levels by scope (`all` and a level alone mean `default`), or what is wrong with the text. */
function parseLevels(text: string): Levels | string {
  const levels = new Map<string, string>();
  for (const part of text.split(',').map((entry) => entry.trim()).filter(Boolean)) {
    const [scope, level] = part.includes(':') ? (part.split(':') as [string, string]) : ['default', part];
    if (!(level in LEVELS)) return `log level "${level}" of scope "${scope}" is none of ${Object.keys(LEVELS).join(', ')}`;
    levels.set(scope === 'all' ? 'default' : scope, level);
  }
  return levels;
}
