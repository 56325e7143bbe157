import { createServer, type RequestListener, type Server as HttpServer } from 'node:http';
import type { Server as GrpcServer } from '@grpc/grpc-js';
import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import { Inject, Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { ControlBus, type ComponentConfig } from '@quartet/control-bus';
import type { ConfigSource } from '@quartet/model';
import { formatAddress, Loggers, parseDurationMs, type Address } from '@quartet/nest-kit';
import { DiscoveryService } from './discovery-service.js';
import type { PilotOptions } from './pilot-options.js';
import { pilotStatusDetail } from './status-reporter.js';
import { bind, createXdsServer, secureCredentials, shutDown } from './xds-listeners.js';

export const PILOT_OPTIONS = Symbol('PILOT_OPTIONS');
export const CONFIG_SOURCE = Symbol('CONFIG_SOURCE');

const statusIntervalMs = 500;

/** Opens Pilot's ports, applies what the control bus says, and ends everything in order. */
@Injectable()
export class PilotRuntime implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly grpcServers: GrpcServer[] = [];
  private http: HttpServer | undefined;
  private statusTimer: NodeJS.Timeout | undefined;
  private lastDetail = '';

  constructor(
    @Inject(PILOT_OPTIONS) private readonly options: PilotOptions,
    @Inject(DiscoveryService) private readonly service: DiscoveryService,
    @Inject(CONFIG_SOURCE) private readonly config: ConfigSource,
    @Inject(ControlBus) private readonly bus: ControlBus,
    @Inject(Loggers) private readonly loggers: Loggers,
    @Inject(HttpAdapterHost) private readonly adapter: HttpAdapterHost,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const log = this.loggers.get('default');
    await this.openXds(this.options.grpcAddr);
    const secure = await secureCredentials(this.options);
    if (secure) await this.openXds(this.options.secureGrpcAddr, secure);
    await this.openHttp(this.options.httpAddr);
    this.bus.watchComponentConfig((config) => this.applySettings(config));
    this.statusTimer = setInterval(() => this.reportStatus(), statusIntervalMs).unref();
    void this.service.start().then(() => log.info({ version: this.service.version }, 'configuration received; serving'));
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.statusTimer);
    this.service.close();
    await Promise.all(this.grpcServers.map(shutDown));
    this.http?.closeAllConnections();
    await Promise.all([this.config.close(), new Promise((resolve) => (this.http ? this.http.close(resolve) : resolve(undefined)))]);
  }

  private async openXds(address: Address, credentials?: Parameters<typeof bind>[2]): Promise<void> {
    const server = createXdsServer(this.options);
    this.service.addTo(server);
    this.grpcServers.push(server);
    await bind(server, address, credentials);
    this.loggers.get('default').info({ address: formatAddress(address), tls: credentials !== undefined }, 'xDS: listening');
  }

  /** The same endpoints as on the monitoring port: Istio serves one mux on both. */
  private async openHttp(address: Address): Promise<void> {
    const http = createServer(this.adapter.httpAdapter.getInstance<RequestListener>());
    await new Promise<void>((resolve, reject) => http.once('error', reject).listen(address.port, address.host, resolve));
    this.http = http;
  }

  /** `debounceAfter` and `debounceMax` (durations) can be set while Pilot runs. */
  private applySettings({ settings }: ComponentConfig): string | undefined {
    const times = { quietMs: this.options.debounceAfter, maxMs: this.options.debounceMax };
    for (const [key, value] of Object.entries(settings)) {
      const target = key === 'debounceAfter' ? 'quietMs' : key === 'debounceMax' ? 'maxMs' : undefined;
      if (!target) continue;
      const ms = parseDurationMs(String(value));
      if (ms === undefined || ms < 0) return `settings.${key}: expected a duration such as 100ms, got "${String(value)}"`;
      times[target] = ms;
    }
    this.service.setDebounce(times);
    return undefined;
  }

  private reportStatus(): void {
    const detail = { ...pilotStatusDetail(this.service) };
    const text = JSON.stringify(detail);
    if (text === this.lastDetail) return;
    this.lastDetail = text;
    this.bus.setDetail(detail);
  }
}
