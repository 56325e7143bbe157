import type { AdminClient } from '../envoy/admin-client.js';
import type { EnvoyProbe } from '../envoy/probe.js';
import { istioNames } from './istio-names.js';

export interface Page {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

export interface StatusPagesOptions {
  readonly admin: Pick<AdminClient, 'get'>;
  readonly probe: Pick<EnvoyProbe, 'current'>;
  /** The agent's own metrics in Prometheus' text format. */
  readonly metrics: () => Promise<string>;
  readonly ready: () => boolean;
  readonly quit: () => void;
}

const text = 'text/plain; charset=utf-8';
const prometheus = 'text/plain; version=0.0.4; charset=utf-8';

/** What the agent's status port answers, apart from how it is served. */
export class StatusPages {
  constructor(private readonly options: StatusPagesOptions) {}

  ready(): Page {
    return { status: this.options.ready() ? 200 : 503, type: text, body: '' };
  }

  /** Envoy's statistics and the agent's in one; those of an Envoy that does not answer are left out. */
  async stats(): Promise<Page> {
    const [statistics, own] = await Promise.all([this.options.admin.get('/stats/prometheus').catch(() => ''), this.options.metrics()]);
    const envoy = istioNames(statistics);
    return { status: 200, type: prometheus, body: envoy === '' || envoy.endsWith('\n') ? envoy + own : `${envoy}\n${own}` };
  }

  /** Ends the agent, and Envoy with it; from this machine only. */
  quit(method: string, remoteAddress: string | undefined): Page {
    if (!isLocal(remoteAddress)) return { status: 403, type: text, body: 'only requests from this machine are allowed\n' };
    if (method !== 'POST') return { status: 405, type: text, body: 'method not allowed\n' };
    this.options.quit();
    return { status: 200, type: text, body: 'OK' };
  }
}

function isLocal(address = ''): boolean {
  return address === '::1' || address.replace(/^::ffff:/, '').startsWith('127.');
}
