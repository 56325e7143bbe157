import { Command, CommanderError } from 'commander';
import { z } from 'zod';

/** One option of a program: a flag, the environment variable derived from it, and what its text means. */
export interface OptionSpec<S extends z.ZodType = z.ZodType> {
  /** `--name <value>`, or `--name` for a switch (its schema then takes a boolean). */
  readonly flag: string;
  readonly help: string;
  readonly schema: S;
  /** Text (or boolean, for a switch) as a user would give it. Without one the option is undefined unless given. */
  readonly default?: string | boolean;
  /** The option may be given several times; its schema takes an array of texts (in the environment: separated by commas). */
  readonly repeatable?: boolean;
}

export type OptionSpecs = Readonly<Record<string, OptionSpec>>;
export type OptionsOf<T extends OptionSpecs> = { readonly [K in keyof T]: z.output<T[K]['schema']> };

export function defineOptions<const T extends OptionSpecs>(specs: T): T {
  return specs;
}

/** What a program was asked to do by its command line and environment. */
export interface ParsedCommand<T extends OptionSpecs> {
  readonly options: OptionsOf<T>;
  /** Words that are no options, for example `proxy sidecar`. */
  readonly words: readonly string[];
}

/** A command line or environment that can't be used; the message names the option, its source and the reason. */
export class UsageError extends Error {
  constructor(
    message: string,
    /** 0 when the text is help that was asked for. */
    readonly exitCode: number,
  ) {
    super(message);
    this.name = 'UsageError';
  }
}

export interface ProgramText {
  readonly name: string;
  readonly description: string;
  /** Words that the program takes, for the usage line: `[server]`. */
  readonly words?: string;
  /** Shown below the options: examples, ports, files. */
  readonly epilogue?: string;
  readonly version?: string;
}

/** `QUARTET_GRPC_ADDR` for `--grpc-addr` (and for `--grpcAddr`). */
export function environmentName(flag: string): string {
  const name = flagName(flag);
  return `QUARTET_${name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').replace(/[-.]/g, '_').toUpperCase()}`;
}

/**
 * Reads options from flags, then from the environment, then from their defaults.
 * @throws UsageError with help (exit code 0) or with what is wrong (exit code 2).
 */
export function parseOptions<T extends OptionSpecs>(text: ProgramText, specs: T, input: { argv: readonly string[]; env: NodeJS.ProcessEnv }): ParsedCommand<T> {
  const { given, words } = parseFlags(text, specs, input.argv);
  const options: Record<string, unknown> = {};
  for (const [key, spec] of Object.entries(specs)) {
    const { value, source } = pick(spec, given[flagName(spec.flag)], input.env);
    if (value === undefined) continue;
    const parsed = spec.schema.safeParse(value);
    if (!parsed.success) throw new UsageError(`${text.name}: ${source}: ${parsed.error.issues.map((issue) => issue.message).join('; ')}`, 2);
    options[key] = parsed.data;
  }
  return { options: options as OptionsOf<T>, words };
}

function pick(spec: OptionSpec, flag: unknown, env: NodeJS.ProcessEnv): { value: unknown; source: string } {
  if (flag !== undefined) return { value: isSwitch(spec) ? asBoolean(flag) : flag, source: `--${flagName(spec.flag)}` };
  const variable = environmentName(spec.flag);
  const fromEnv = env[variable];
  if (fromEnv !== undefined && fromEnv !== '') {
    const value = isSwitch(spec) ? asBoolean(fromEnv) : spec.repeatable ? fromEnv.split(',') : fromEnv;
    return { value, source: `environment ${variable}` };
  }
  const fallback = spec.repeatable && typeof spec.default === 'string' ? [spec.default] : spec.default;
  return { value: fallback ?? (spec.repeatable ? [] : undefined), source: `--${flagName(spec.flag)}` };
}

function parseFlags(text: ProgramText, specs: OptionSpecs, argv: readonly string[]): { given: Record<string, unknown>; words: readonly string[] } {
  const command = new Command(text.name);
  let output = '';
  const write = (chunk: string) => void (output += chunk);
  command.description(text.description).exitOverride().configureOutput({ writeOut: write, writeErr: write }).showHelpAfterError(`(${text.name} --help lists the options)`);
  command.configureHelp({ optionDescription: ({ description }) => description });
  command.helpOption('-h, --help', 'this text').argument('[words...]', text.words ?? '');
  command.usage(`${text.words ? `${text.words} ` : ''}[options]`);
  if (text.version) command.version(text.version, '--version', 'the version');
  const given: Record<string, unknown> = {};
  for (const spec of Object.values(specs)) addFlag(command, spec, given);
  command.addHelpText('after', `\nEach option is also read from the environment: --${flagName(Object.values(specs)[0]?.flag ?? '--x')} is ${environmentName(Object.values(specs)[0]?.flag ?? '--x')}.`);
  if (text.epilogue) command.addHelpText('after', `\n${text.epilogue}`);
  try {
    command.parse([...argv], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) throw new UsageError(output.trimEnd(), error.exitCode === 0 ? 0 : 2);
    throw error;
  }
  return { given, words: command.args };
}

function addFlag(command: Command, spec: OptionSpec, given: Record<string, unknown>): void {
  const name = flagName(spec.flag);
  const shown = spec.default === undefined || spec.default === '' ? '' : ` (default: ${String(spec.default)})`;
  const definition = isSwitch(spec) ? `--${name} [boolean]` : spec.flag;
  const option = command.createOption(definition, spec.help + shown).argParser((value: string) => {
    given[name] = spec.repeatable ? [...((given[name] as string[] | undefined) ?? []), value] : value;
    return given[name];
  });
  option.preset('true');
  command.addOption(option);
}

function isSwitch(spec: OptionSpec): boolean {
  return !spec.flag.includes('<');
}

function asBoolean(value: unknown): unknown {
  const text = String(value).toLowerCase();
  if (['true', '1', 'yes', 'on'].includes(text)) return true;
  if (['false', '0', 'no', 'off'].includes(text)) return false;
  return value;
}

function flagName(flag: string): string {
  return /--([\w.-]+)/.exec(flag)?.[1] ?? flag;
}
