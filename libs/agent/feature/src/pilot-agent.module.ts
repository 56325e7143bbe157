import { networkInterfaces } from 'node:os';
import { Inject, Injectable, Module } from '@nestjs/common';
import type { DynamicModule, OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import { ControlBus } from '@quartet/control-bus';
import { Loggers, Monitoring } from '@quartet/nest-kit';
import type { ComponentOptions } from '@quartet/nest-kit';
import type { AgentOptions } from './options.js';
import { PilotAgent } from './pilot-agent.js';
import { planProxy, proxyTypeOf } from './proxy.js';
import { StatusController } from './status/status.controller.js';
import { StatusPages } from './status/status-pages.js';

@Injectable()
class PilotAgentLifecycle implements OnApplicationBootstrap, OnModuleDestroy {
  constructor(@Inject(PilotAgent) private readonly agent: PilotAgent) {}

  onApplicationBootstrap(): Promise<void> {
    return this.agent.start();
  }

  onModuleDestroy(): Promise<void> {
    return this.agent.stop();
  }
}

/** pilot-agent as a Nest module. `words` is the command line without its options: `proxy [sidecar|router]`. */
@Module({})
export class PilotAgentModule {
  static forRoot(options: AgentOptions & ComponentOptions, words: readonly string[]): DynamicModule {
    const type = proxyTypeOf(words);
    return {
      module: PilotAgentModule,
      controllers: [StatusController],
      providers: [
        {
          provide: PilotAgent,
          inject: [Loggers, Monitoring, ControlBus],
          useFactory: (loggers: Loggers, monitoring: Monitoring, bus: ControlBus) =>
            new PilotAgent({
              options,
              plan: planProxy(type, options, { env: process.env, interfaces: interfaceAddresses() }),
              env: process.env,
              monitoring,
              logger: (scope) => loggers.get(scope),
              setDetail: (detail) => bus.setDetail(detail),
              publish: (event, data) => bus.publish(event, data),
              quit: () => void process.kill(process.pid, 'SIGTERM'),
              giveUp: (reason) => endLoudly(loggers, reason),
            }),
        },
        { provide: StatusPages, inject: [PilotAgent], useFactory: (agent: PilotAgent) => agent.pages },
        PilotAgentLifecycle,
      ],
    };
  }
}

function interfaceAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((addresses) => (addresses ?? []).filter(({ internal }) => !internal).map(({ address }) => address));
}

function endLoudly(loggers: Loggers, reason: string): never {
  loggers.get('envoy').fatal({ reason }, `giving up: ${reason}`);
  process.exit(1);
}
