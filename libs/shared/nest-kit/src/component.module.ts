import { type DynamicModule, Module } from '@nestjs/common';
import { ControlBus } from '@quartet/control-bus';
import { CommandsController } from './commands.controller.js';
import { ComponentInfo } from './component-info.js';
import { Loggers } from './loggers.js';
import { Monitoring } from './monitoring.js';
import { MonitoringController } from './monitoring.controller.js';

/** What every component finds in Nest's container: Loggers, Monitoring, ComponentInfo, ControlBus. */
export interface ComponentContext {
  readonly info: ComponentInfo;
  readonly loggers: Loggers;
  readonly monitoring: Monitoring;
  readonly bus: ControlBus;
}

@Module({})
export class ComponentModule {
  static forRoot(context: ComponentContext, feature: DynamicModule): DynamicModule {
    const providers = [
      { provide: ComponentInfo, useValue: context.info },
      { provide: Loggers, useValue: context.loggers },
      { provide: Monitoring, useValue: context.monitoring },
      { provide: ControlBus, useValue: context.bus },
    ];
    return {
      module: ComponentModule,
      global: true,
      imports: [feature],
      controllers: [MonitoringController, CommandsController],
      providers,
      exports: providers.map(({ provide }) => provide),
    };
  }
}
