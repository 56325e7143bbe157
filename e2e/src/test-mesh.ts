import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { applyConfig, BookinfoClient, deleteConfig, eventually, fetchText, LocalMesh, type MeshOptions, parsePrometheusText, type Sample, sumSamples } from '@quartet/local-mesh';

export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
export const task = (name: string): string => join(root, 'examples/bookinfo/tasks', name);

/** A mesh of its own addresses and folder, with what tests ask of it. */
export class TestMesh {
  readonly client: BookinfoClient;

  private constructor(readonly mesh: LocalMesh) {
    this.client = new BookinfoClient(mesh.layout);
  }

  static async start(subnet: string, options: Partial<MeshOptions> = {}): Promise<TestMesh> {
    const stateDir = mkdtempSync(join(tmpdir(), 'quartet-e2e-'));
    const mesh = await LocalMesh.start({ root, stateDir, subnet, gateway: { host: `${subnet}.0.1`, port: 8080 }, load: 0, prometheus: true, ...options });
    return new TestMesh(mesh);
  }

  stop(): Promise<void> {
    return this.mesh.stop();
  }

  apply(name: string): void {
    applyConfig(this.mesh.layout, task(name));
  }

  remove(name: string): void {
    deleteConfig(this.mesh.layout, task(name));
  }

  async restart(name: string): Promise<void> {
    this.mesh.supervisor.resume(name);
    await this.mesh.supervisor.waitReady(name, 60_000);
  }

  kill(name: string): Promise<void> {
    return this.mesh.supervisor.stop(name, 'SIGKILL');
  }

  /** A pod's Envoy admin interface. */
  async admin(n: number, path: string): Promise<string> {
    return (await fetchText(`http://${this.mesh.layout.podIp(n)}:15000${path}`)).body;
  }

  async envoyStats(n: number, filter: string): Promise<Sample[]> {
    return parsePrometheusText(await this.admin(n, `/stats/prometheus?filter=${encodeURIComponent(filter)}`));
  }

  async syncz(): Promise<Record<string, unknown>[]> {
    return JSON.parse((await fetchText(`http://${this.mesh.layout.control(3, 8080)}/debug/syncz`)).body) as Record<string, unknown>[];
  }

  /** istio_requests_total as Mixer's Prometheus adapter shows it now. */
  async requestsTotal(labels: Record<string, string>): Promise<number> {
    return sumSamples(await this.client.mixerMetrics(), 'istio_requests_total', labels);
  }

  /** Waits until no report is on its way: the sum of all counters stays the same over more than a report's batch time. */
  async settledRequestsTotal(): Promise<number> {
    const stableForMs = 1_600;
    let last = -1;
    let since = Date.now();
    const { answer } = await eventually(
      async () => {
        const now = await this.requestsTotal({});
        if (now !== last) [last, since] = [now, Date.now()];
        return { now, stable: Date.now() - since };
      },
      ({ stable }) => stable > stableForMs,
      { timeoutMs: 20_000, intervalMs: 100 },
    );
    return answer.now;
  }
}
