import { Module, type DynamicModule } from '@nestjs/common';
import { ControlBus } from '@quartet/control-bus';
import { ComponentInfo, Loggers, Monitoring } from '@quartet/nest-kit';
import type { ConfigSource, Proxy } from '@quartet/model';
import { buildPushContext, compileEndpoints, compileProxy, diagnosticCodes, mutualTlsMode, type DiagnosticCode, type Features, type PushContext } from '@quartet/pilot-networking';
import { PilotCommandsController } from './commands.controller.js';
import type { Compiler } from './compiler.js';
import { DebugController, METRIC_OF } from './debug/debug.controller.js';
import type { TlsCheckInput } from './debug/tls-check.js';
import { DiscoveryService } from './discovery-service.js';
import { openConfigSource } from './open-config-source.js';
import { readFeatures } from './pilot-features.js';
import { PilotMetrics } from './pilot-metrics.js';
import type { PilotOptions } from './pilot-options.js';
import { CONFIG_SOURCE, PILOT_OPTIONS, PilotRuntime } from './pilot-runtime.js';
import { registerComputedMetrics, type MetricOf } from './push-status-metrics.js';

export interface PilotModuleExtras {
  /** Instead of the source that the options name. */
  readonly config?: ConfigSource;
  /** Over what the environment says. */
  readonly features?: Partial<Features>;
}

const metricOf: MetricOf = (code) => diagnosticCodes[code as DiagnosticCode] ?? '';

/** Pilot as a Nest module: configuration and registry in, xDS out. */
@Module({})
export class PilotModule {
  static forRoot(options: PilotOptions, extras: PilotModuleExtras = {}): DynamicModule {
    const features = { ...readFeatures(process.env), ...extras.features };
    return {
      module: PilotModule,
      controllers: [DebugController, PilotCommandsController],
      providers: [
        { provide: PILOT_OPTIONS, useValue: options },
        { provide: METRIC_OF, useValue: metricOf },
        {
          provide: CONFIG_SOURCE,
          inject: [Loggers, Monitoring, ComponentInfo],
          useFactory: (loggers: Loggers, monitoring: Monitoring, { instance }: ComponentInfo) => extras.config ?? openConfigSource(options, { loggers, monitoring, instance }),
        },
        {
          provide: DiscoveryService,
          inject: [CONFIG_SOURCE, Loggers, Monitoring, ComponentInfo, ControlBus],
          useFactory: (source: ConfigSource, loggers: Loggers, monitoring: Monitoring, info: ComponentInfo, bus: ControlBus) =>
            createDiscovery({ source, options, features, loggers, monitoring, info, bus }),
        },
        PilotRuntime,
      ],
      exports: [DiscoveryService],
    };
  }
}

interface DiscoveryParts {
  readonly source: ConfigSource;
  readonly options: PilotOptions;
  readonly features: Partial<Features>;
  readonly loggers: Loggers;
  readonly monitoring: Monitoring;
  readonly info: ComponentInfo;
  readonly bus: ControlBus;
}

function createDiscovery({ source, options, features, loggers, monitoring, info, bus }: DiscoveryParts): DiscoveryService {
  const metrics = new PilotMetrics(monitoring.registry, info.version);
  const compiler: Compiler<PushContext> = {
    buildPushContext: (input) => buildPushContext({ ...input, domain: options.domain, features }),
    compileProxy,
    compileEndpoints,
    tlsCheckInput,
  };
  const service = new DiscoveryService<PushContext>({
    config: source, compiler, metrics, bus, log: loggers.get('ads'),
    debounce: { quietMs: options.debounceAfter, maxMs: options.debounceMax },
    pushThrottle: options.pushThrottle, sendTimeoutMs: options.sendTimeout,
  }) as unknown as DiscoveryService;
  registerComputedMetrics(metrics, service, metricOf);
  monitoring.readiness.add('push-context', () => service.serving || 'nothing has been compiled yet');
  return service;
}

function tlsCheckInput(push: PushContext, proxy: Proxy): TlsCheckInput {
  return {
    services: push.sidecarScope(proxy).services,
    autoMtls: push.mesh.enableAutoMtls ?? false,
    rule: (service) => push.destinationRules.ruleFor(proxy.configNamespace, service),
    server: (service, port) => {
      const policy = push.authentication.policyFor(service, port);
      return { mode: mutualTlsMode(policy), policy: policy?.metadata };
    },
  };
}
