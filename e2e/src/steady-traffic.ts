import type { BookinfoClient } from '@quartet/local-mesh';

/** Requests that go on while something else happens; every one must succeed, on the page and in its parts. */
export class SteadyTraffic {
  private running = true;
  private readonly failures: string[] = [];
  private sent = 0;
  private readonly loops: Promise<void>[];

  constructor(
    private readonly client: BookinfoClient,
    paths: readonly string[] = ['/productpage', '/api/v1/products/0/reviews'],
  ) {
    this.loops = paths.map((path) => this.loop(path));
  }

  /** Resolves when this many more requests have been answered. */
  async more(count: number): Promise<void> {
    const target = this.sent + count;
    while (this.sent < target) await this.once(this.lastPath);
  }

  async stop(): Promise<{ sent: number; failures: readonly string[] }> {
    this.running = false;
    await Promise.all(this.loops);
    return { sent: this.sent, failures: this.failures };
  }

  private readonly lastPath = '/api/v1/products/0/reviews';

  private async loop(path: string): Promise<void> {
    while (this.running) await this.once(path);
  }

  private async once(path: string): Promise<void> {
    try {
      const { status, body } = await this.client.get(path);
      if (status !== 200) this.failures.push(`${path}: ${status} ${body.slice(0, 120)}`);
      else if (/currently unavailable/i.test(body)) this.failures.push(`${path}: a part of the page failed`);
    } catch (error) {
      this.failures.push(`${path}: ${error instanceof Error ? error.message : String(error)}`);
    }
    this.sent += 1;
  }
}
