import type { AdminClient } from './admin-client.js';

export interface EnvoyState {
  /** True, or what is missing. */
  readonly ready: true | string;
  /** Versions of the configuration that Envoy accepted last; empty before. */
  readonly cds: string;
  readonly lds: string;
}

const filter = encodeURIComponent('^(cluster_manager\\.cds|listener_manager\\.lds)\\.(update_success|update_rejected|version_text)$');
const fastMs = 200;
const slowMs = 1_000;

/**
 * Istio's readiness of a proxy: CDS and LDS have been answered once (latched), and Envoy says LIVE now
 * (Istio 1.4 pilot/cmd/pilot-agent/status/ready). Asks often until ready, then once a second.
 */
export class EnvoyProbe {
  private state: EnvoyState = { ready: 'Envoy has not started', cds: '', lds: '' };
  private latched = false;
  private timer: NodeJS.Timeout | undefined;
  private stopped = true;

  constructor(
    private readonly admin: Pick<AdminClient, 'get'>,
    private readonly onChange: (state: EnvoyState) => void = () => undefined,
  ) {}

  get current(): EnvoyState {
    return this.state;
  }

  start(): void {
    this.stopped = false;
    void this.loop();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  /** Envoy ended: nothing is configured until the next one says so. */
  lost(reason: string): void {
    this.latched = false;
    this.set({ ready: reason, cds: '', lds: '' });
  }

  async check(): Promise<EnvoyState> {
    try {
      const [stats, info] = await Promise.all([this.admin.get(`/stats?filter=${filter}`), this.admin.get('/server_info')]);
      const { state } = JSON.parse(info) as { state?: string };
      this.set({ ...this.judge(parseStats(stats), state ?? 'unknown') });
    } catch (error) {
      this.set({ ...this.state, ready: `Envoy's admin server: ${(error as Error).message}` });
    }
    return this.state;
  }

  private judge(stats: ReadonlyMap<string, string>, server: string): EnvoyState {
    const heard = (prefix: string) => ['update_success', 'update_rejected'].some((name) => Number(stats.get(`${prefix}.${name}`) ?? 0) > 0);
    const [cds, lds] = [heard('cluster_manager.cds'), heard('listener_manager.lds')];
    this.latched ||= cds && lds;
    const version = (prefix: string) => (stats.get(`${prefix}.version_text`) ?? '').replace(/^"|"$/g, '');
    const ready = !this.latched ? `config not received from Pilot: CDS ${cds ? 'yes' : 'no'}, LDS ${lds ? 'yes' : 'no'}` : server === 'LIVE' || `Envoy is ${server}`;
    return { ready, cds: version('cluster_manager.cds'), lds: version('listener_manager.lds') };
  }

  private set(next: EnvoyState): void {
    const { ready, cds, lds } = this.state;
    this.state = next;
    if (ready !== next.ready || cds !== next.cds || lds !== next.lds) this.onChange(next);
  }

  private async loop(): Promise<void> {
    const { ready } = await this.check();
    if (this.stopped) return;
    this.timer = setTimeout(() => void this.loop(), ready === true ? slowMs : fastMs);
    this.timer.unref();
  }
}

function parseStats(text: string): Map<string, string> {
  const stats = new Map<string, string>();
  for (const line of text.split('\n')) {
    const colon = line.indexOf(': ');
    if (colon > 0) stats.set(line.slice(0, colon), line.slice(colon + 2).trim());
  }
  return stats;
}
