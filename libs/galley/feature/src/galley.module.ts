import { Inject, Injectable, Module, type DynamicModule, type OnModuleDestroy } from '@nestjs/common';
import { ControlBus } from '@quartet/control-bus';
import { Loggers, Monitoring } from '@quartet/nest-kit';
import { DebugController } from './debug.controller.js';
import { Galley, type GalleyExtras } from './galley.js';
import type { GalleyOptions } from './options.js';

@Injectable()
class GalleyLifecycle implements OnModuleDestroy {
  constructor(@Inject(Galley) private readonly galley: Galley) {}

  async onModuleDestroy(): Promise<void> {
    await this.galley.close();
  }
}

@Module({})
export class GalleyModule {
  static forRoot(options: GalleyOptions, extras: GalleyExtras = {}): DynamicModule {
    return {
      module: GalleyModule,
      controllers: [DebugController],
      providers: [
        {
          provide: Galley,
          inject: [Loggers, Monitoring, ControlBus],
          useFactory: async (loggers: Loggers, monitoring: Monitoring, bus: ControlBus) => {
            const galley = new Galley(options, { loggers, monitoring, bus, ...extras });
            await galley.start();
            return galley;
          },
        },
        GalleyLifecycle,
      ],
      exports: [Galley],
    };
  }
}
