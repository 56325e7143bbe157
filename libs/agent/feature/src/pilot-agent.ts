import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Server as HttpServer } from 'node:http';
import type { Server } from '@grpc/grpc-js';
import { envoyArguments } from '@quartet/agent-bootstrap';
import { createMixerAgent, systemClock } from '@quartet/agent-mixer-client';
import type { MixerAgent } from '@quartet/agent-mixer-client';
import { formatAddress } from '@quartet/nest-kit';
import type { ComponentOptions, Logger, Monitoring } from '@quartet/nest-kit';
import { startAgentServer } from './agent-server.js';
import { Certificates } from './certificates.js';
import { AdminClient } from './envoy/admin-client.js';
import { EnvoyProcess } from './envoy/envoy-process.js';
import { EnvoyProbe } from './envoy/probe.js';
import { EnvoySupervisor } from './envoy/supervisor.js';
import { registerCertificateExpiry, registerMixerMetrics, registerSdsMetrics } from './metrics.js';
import type { AgentOptions } from './options.js';
import type { ProxyPlan } from './proxy.js';
import { StatusPages } from './status/status-pages.js';
import { startStatusServer } from './status/status-server.js';

export interface PilotAgentParts {
  readonly options: AgentOptions & Pick<ComponentOptions, 'monitoringAddress'>;
  readonly plan: ProxyPlan;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly monitoring: Monitoring;
  readonly logger: (scope: string) => Logger;
  /** Heartbeat detail: xds, certificate, envoy. */
  readonly setDetail: (detail: Readonly<Record<string, unknown>>) => void;
  readonly publish: (type: string, data: unknown) => void;
  readonly quit: () => void;
  /** Envoy can't be kept running: the agent must end, and say so. */
  readonly giveUp: (reason: string) => void;
}

/** One proxy's agent: Envoy, the services on its Unix socket, its certificate, its status. */
export class PilotAgent {
  readonly pages: StatusPages;
  private readonly admin: AdminClient;
  private readonly probe: EnvoyProbe;
  private readonly supervisor: EnvoySupervisor;
  private readonly certificates: Certificates | undefined;
  private readonly mixer: MixerAgent | undefined;
  private server: Server | undefined;
  private statusServer: HttpServer | undefined;

  constructor(private readonly parts: PilotAgentParts) {
    const { options, plan, logger, monitoring } = parts;
    this.admin = new AdminClient(options.proxyAdminAddress);
    this.probe = new EnvoyProbe(this.admin, ({ cds, lds }) => parts.setDetail({ xds: { cds, lds } }));
    this.supervisor = this.createSupervisor();
    this.certificates = options.caAddress ? new Certificates(options.caAddress, { options, identity: plan.identity, logger }) : undefined;
    this.mixer = createMixer(parts);
    const ready = () => monitoring.readiness.report().ready;
    this.pages = new StatusPages({ admin: this.admin, probe: this.probe, metrics: () => monitoring.registry.metrics(), ready, quit: parts.quit });
    this.observe();
  }

  async start(): Promise<void> {
    const { options, plan, logger } = this.parts;
    for (const problem of plan.problems) logger('default').warn({ problem }, 'node metadata left out');
    logger('default').info({ node: plan.nodeId, admin: formatAddress(options.proxyAdminAddress) }, 'proxy role resolved');
    await mkdir(options.configPath, { recursive: true, mode: 0o700 });
    await writeFile(this.bootstrapFile, JSON.stringify(plan.bootstrap, undefined, 1), { mode: 0o600 });
    this.server = await startAgentServer(options.sdsSocket, (server) => {
      this.certificates?.server.addTo(server);
      this.mixer?.addServices(server);
    });
    if (formatAddress(options.statusAddress) !== formatAddress(options.monitoringAddress)) this.statusServer = await startStatusServer(options.statusAddress, this.pages);
    this.certificates?.start();
    await this.supervisor.start();
    this.probe.start();
  }

  /** Envoy first: it still reports and renews while it drains. */
  async stop(): Promise<void> {
    this.probe.stop();
    await this.supervisor.stop();
    this.certificates?.stop();
    await this.mixer?.close();
    this.server?.forceShutdown();
    this.statusServer?.closeAllConnections();
    this.statusServer?.close();
  }

  private get bootstrapFile(): string {
    return resolve(join(this.parts.options.configPath, 'envoy-rev0.json'));
  }

  private createSupervisor(): EnvoySupervisor {
    const { options, logger, giveUp } = this.parts;
    return new EnvoySupervisor({
      start: () => this.startEnvoy(),
      admin: this.admin,
      maxRestarts: options.maxRestarts,
      drainMs: options.terminationDrainDuration,
      now: Date.now,
      log: logger('envoy'),
      onExit: (reason) => this.probe.lost(reason),
      onGiveUp: giveUp,
    });
  }

  private async startEnvoy(): Promise<EnvoyProcess> {
    const { options, plan, env, setDetail } = this.parts;
    const { bootstrapFile } = this;
    const override = env['ISTIO_BOOTSTRAP_OVERRIDE'];
    const args = envoyArguments({
      bootstrapFile,
      drainTimeSeconds: Math.round(options.drainDuration / 1000),
      logLevel: options.proxyLogLevel,
      componentLogLevel: options.proxyComponentLogLevel,
      concurrency: options.concurrency,
      ipv6: plan.node.ips.every((ip) => ip.includes(':')),
      configYaml: override ? await readFile(override, 'utf8') : undefined,
    });
    const envoy = await EnvoyProcess.start({ binary: options.envoyBinary, args, bootstrapFile, pidFile: resolve(join(options.configPath, 'envoy.pid')) });
    setDetail({ node: plan.nodeId, envoy: { pid: envoy.pid, restarts: this.supervisor.restarts } });
    return envoy;
  }

  private observe(): void {
    const { monitoring, setDetail, publish } = this.parts;
    const { certificates, mixer } = this;
    monitoring.readiness.add('envoy', () => this.probe.current.ready);
    if (certificates) {
      const { manager } = certificates;
      monitoring.readiness.add('certificate', () => certificateReady(manager, Date.now()));
      registerSdsMetrics(monitoring.registry, () => certificates.statistics);
      registerCertificateExpiry(monitoring.registry, () => manager.current?.notAfter);
      manager.subscribe(({ serial, notAfter, roots, identities }) => {
        const certificate = { serial, notAfter: new Date(notAfter).toISOString(), roots: roots.version, identity: identities[0] ?? '' };
        setDetail({ certificate });
        publish('certificate-received', certificate);
      });
    }
    if (mixer) registerMixerMetrics(monitoring.registry, () => mixer.stats());
  }
}

/** Ours: 1.4 asks Envoy alone, and is ready with listeners that wait for their certificate. */
function certificateReady({ current, failure }: Certificates['manager'], now: number): true | string {
  if (current && current.notAfter > now) return true;
  return `${current ? 'the certificate has expired' : 'no certificate yet'}${failure ? `: ${failure}` : ''}`;
}

function createMixer({ options, plan, logger }: PilotAgentParts): MixerAgent | undefined {
  const { mixerAddress, mixerCheckAddress, mixerReportAddress } = options;
  const checkAddress = mixerCheckAddress ?? mixerAddress ?? mixerReportAddress;
  const reportAddress = mixerReportAddress ?? mixerAddress ?? mixerCheckAddress;
  if (!checkAddress || !reportAddress) return undefined;
  return createMixerAgent({ checkAddress, reportAddress, node: { id: plan.nodeId, namespace: plan.namespace }, clock: systemClock, log: logger('mixer') });
}
