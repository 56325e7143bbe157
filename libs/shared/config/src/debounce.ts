/** Runs once after a burst: when it has been quiet, at the latest `max` milliseconds after the first trigger. */
export class Debounce {
  #quiet: NodeJS.Timeout | undefined;
  #latest: NodeJS.Timeout | undefined;

  constructor(
    private readonly wait: { readonly quiet: number; readonly max: number },
    private readonly run: () => void,
  ) {}

  trigger(): void {
    clearTimeout(this.#quiet);
    this.#quiet = setTimeout(() => this.#fire(), this.wait.quiet);
    this.#latest ??= setTimeout(() => this.#fire(), this.wait.max);
  }

  cancel(): void {
    clearTimeout(this.#quiet);
    clearTimeout(this.#latest);
    this.#quiet = this.#latest = undefined;
  }

  #fire(): void {
    this.cancel();
    this.run();
  }
}
