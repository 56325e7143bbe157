import { Controller, Get, Inject, Query, Res } from '@nestjs/common';
import { DiscoveryService } from '../discovery-service.js';
import { pilotCollections } from '../pilot-collections.js';
import { currentDiagnostics, currentPushStatus, type MetricOf } from '../push-status-metrics.js';
import { briefEndpoints, configuration, endpoints, endpointShards, registry } from './registry-dumps.js';
import { syncStatus } from './sync-status.js';
import { tlsCheck } from './tls-check.js';
import { configDump, sentClusters, sentConfiguration, watchedEndpoints } from './xds-dumps.js';

export const METRIC_OF = Symbol('METRIC_OF');

interface Reply {
  status(code: number): Reply;
  type(mime: string): Reply;
  send(body: string): void;
}

function json(reply: Reply, value: unknown, status = 200): void {
  reply.status(status).type('application/json').send(`${JSON.stringify(value, null, 2)}\n`);
}

function text(reply: Reply, body: string, status = 200): void {
  reply.status(status).type('text/plain').send(body);
}

const given = (parameter: string | undefined) => parameter !== undefined && parameter !== '' && parameter !== '0' && parameter !== 'false';

/** Istio 1.4's debug endpoints. Source: pilot/pkg/proxy/envoy/v2/debug.go. */
@Controller('debug')
export class DebugController {
  constructor(
    @Inject(DiscoveryService) private readonly service: DiscoveryService,
    @Inject(METRIC_OF) private readonly metricOf: MetricOf,
  ) {}

  @Get()
  index(@Res() reply: Reply): void {
    const paths = ['adsz', 'authenticationz?proxyID=', 'cdsz', 'config_dump?proxyID=', 'configz', 'diagnosticsz', 'edsz', 'endpointShardz', 'endpointz', 'push_status', 'registryz', 'syncz'];
    text(reply, paths.map((path) => `/debug/${path}\n`).join(''));
  }

  @Get('syncz')
  syncz(@Res() reply: Reply): void {
    json(reply, [...this.service.connections].map(syncStatus).sort((a, b) => (a.proxy < b.proxy ? -1 : 1)));
  }

  @Get('registryz')
  registryz(@Res() reply: Reply): void {
    json(reply, registry(this.service.directory.current));
  }

  @Get('endpointz')
  endpointz(@Res() reply: Reply, @Query('brief') brief?: string): void {
    if (given(brief)) text(reply, briefEndpoints(this.service.directory.current));
    else json(reply, endpoints(this.service.directory.current));
  }

  @Get('endpointShardz')
  endpointShardz(@Res() reply: Reply): void {
    json(reply, endpointShards(this.service.directory.current));
  }

  @Get('configz')
  configz(@Res() reply: Reply): void {
    json(reply, configuration(this.service.config, pilotCollections));
  }

  @Get('edsz')
  edsz(@Res() reply: Reply, @Query('push') push?: string): void {
    if (given(push)) this.service.pushAll();
    const watched = watchedEndpoints(this.service.connections);
    json(reply, watched, watched.length === 0 ? 404 : 200);
  }

  @Get('cdsz')
  cdsz(@Res() reply: Reply): void {
    json(reply, sentClusters(this.service.connections));
  }

  @Get('adsz')
  adsz(@Res() reply: Reply, @Query('push') push?: string): void {
    if (given(push)) text(reply, `Pushed to ${this.service.pushAll()} servers\n`);
    else json(reply, sentConfiguration(this.service.connections));
  }

  @Get('config_dump')
  configDump(@Res() reply: Reply, @Query('proxyID') proxyId?: string): void {
    if (!proxyId) return text(reply, 'You must provide a proxyID in the query string\n', 400);
    const connection = this.service.connectionsOf(proxyId).at(-1);
    if (connection) json(reply, configDump(connection));
    else text(reply, `Proxy ${proxyId} is not connected to this Pilot instance\n`, 404);
  }

  @Get('authenticationz')
  authenticationz(@Res() reply: Reply, @Query('proxyID') proxyId?: string): void {
    if (!proxyId) return text(reply, 'You must provide a proxyID in the query string\n', 400);
    const connection = this.service.connectionsOf(proxyId).at(-1);
    const input = connection && this.service.tlsCheckInput(connection.client.proxy);
    json(reply, input ? tlsCheck(input) : [], input ? 200 : 404);
  }

  @Get('push_status')
  pushStatus(@Res() reply: Reply): void {
    json(reply, currentPushStatus(this.service, this.metricOf));
  }

  /** Ours: every fault of the configuration in force, with the object, the field and the proxies that it concerns. */
  @Get('diagnosticsz')
  diagnosticsz(@Res() reply: Reply): void {
    json(reply, currentDiagnostics(this.service));
  }
}
