import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { applyConfig, BookinfoClient, deleteConfig, eventually, fetchText, LocalMesh, type MeshOptions, parsePrometheusText, PODS, type Sample, sumSamples } from '@quartet/local-mesh';

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

  /** Waits until every proxy has acknowledged the newest push and none refuses anything. */
  async synced(): Promise<void> {
    await eventually(
      () => this.syncz(),
      (proxies) => proxies.length === PODS.length && proxies.every((proxy) => proxy['synced'] === true && !/nack/i.test(JSON.stringify(proxy))),
      { timeoutMs: 30_000 },
    );
  }

  /** Writes a document of the test's own into the config folder. */
  write(name: string, yaml: string): void {
    const scratch = join(this.mesh.options.stateDir, name);
    writeFileSync(scratch, yaml);
    applyConfig(this.mesh.layout, scratch);
  }

  erase(name: string): void {
    deleteConfig(this.mesh.layout, name);
  }

  /** What Galley and Pilot say of the configuration. */
  async problems(): Promise<string> {
    const { layout } = this.mesh;
    const [galley, pilot] = await Promise.all([fetchText(`http://${layout.control(2, 15014)}/debug/problems`), fetchText(`http://${layout.control(3, 8080)}/debug/diagnosticsz`)]);
    return `${galley.body}\n${pilot.body}`;
  }

  /** Serial number of the certificate that a pod's Envoy uses now. */
  async certificateSerial(n: number): Promise<string | undefined> {
    const { certificates } = JSON.parse(await this.admin(n, '/certs')) as { certificates: { cert_chain: { serial_number: string }[] }[] };
    return certificates.find(({ cert_chain }) => cert_chain.length > 0)?.cert_chain[0]?.serial_number;
  }
}
