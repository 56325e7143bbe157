/** Handles one command; its result is the answer. A thrown error's message is the answer's `error`. */
export type CommandHandler = (payload: unknown) => unknown;

export type CommandAnswer = { readonly ok: true; readonly result: unknown } | { readonly ok: false; readonly error: string };

/** The commands that a component takes over the control bus (subjects `quartet.<component>[.<instance>].<command>`). */
export class Commands {
  private readonly handlers = new Map<string, CommandHandler>();

  add(command: string, handler: CommandHandler): void {
    this.handlers.set(command, handler);
  }

  async run(command: string, payload: unknown): Promise<CommandAnswer> {
    const handler = this.handlers.get(command);
    if (!handler) return { ok: false, error: `unknown command "${command}"; known: ${[...this.handlers.keys()].sort().join(', ')}` };
    try {
      return { ok: true, result: (await handler(payload)) ?? null };
    } catch (error) {
      return { ok: false, error: error instanceof Error ? error.message : String(error) };
    }
  }
}
