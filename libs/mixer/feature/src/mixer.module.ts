import { Inject, Injectable, Module, type DynamicModule, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { ControlBus } from '@quartet/control-bus';
import { ComponentInfo, Loggers, Monitoring } from '@quartet/nest-kit';
import { MixerCommandsController } from './commands.controller.js';
import { openConfigSource } from './config/open-config-source.js';
import { DebugController } from './debug.controller.js';
import { Mixer } from './mixer.js';
import type { MixerOptions } from './mixer-options.js';

@Injectable()
class MixerLifecycle implements OnApplicationBootstrap, OnModuleDestroy {
  constructor(@Inject(Mixer) private readonly mixer: Mixer) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.mixer.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.mixer.close();
  }
}

/** Mixer as a Nest module: policy and telemetry roles in one. */
@Module({})
export class MixerModule {
  static forRoot(options: MixerOptions): DynamicModule {
    return {
      module: MixerModule,
      controllers: [DebugController, MixerCommandsController],
      providers: [
        {
          provide: Mixer,
          inject: [Loggers, Monitoring, ControlBus, ComponentInfo],
          useFactory: (loggers: Loggers, monitoring: Monitoring, bus: ControlBus, info: ComponentInfo) => openMixer(options, { loggers, monitoring, bus, info }),
        },
        MixerLifecycle,
      ],
      exports: [Mixer],
    };
  }
}

interface Platform {
  readonly loggers: Loggers;
  readonly monitoring: Monitoring;
  readonly bus: ControlBus;
  readonly info: ComponentInfo;
}

function openMixer(options: MixerOptions, { loggers, monitoring, bus, info }: Platform): Mixer {
  const mixer = new Mixer({
    options,
    openSource: (collections) => openConfigSource(options, { collections, loggers, monitoring, instance: info.instance }),
    registry: monitoring.registry,
    logger: (scope) => loggers.get(scope),
    publish: (type, data) => {
      bus.publish(type, data);
      bus.setDetail({ configVersion: mixer.configVersion, snapshot: mixer.runtime.table.id, problems: mixer.runtime.problems.length });
    },
  });
  monitoring.readiness.add('dispatcher', () => mixer.configVersion !== '' || 'no configuration is in force');
  return mixer;
}
