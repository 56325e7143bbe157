import { Controller, Inject } from '@nestjs/common';
import { MessagePattern, Payload, Transport } from '@nestjs/microservices';
import { ComponentInfo } from './component-info.js';
import { Loggers } from './loggers.js';
import { Monitoring } from './monitoring.js';

/** The commands of the control bus that every component takes; features add their own by `@MessagePattern`. */
@Controller()
export class CommandsController {
  constructor(
    @Inject(ComponentInfo) private readonly info: ComponentInfo,
    @Inject(Loggers) private readonly loggers: Loggers,
    @Inject(Monitoring) private readonly monitoring: Monitoring,
  ) {}

  /** `{levels?: "scope:level,..."}` -> the levels in force, or `{error}`. */
  @MessagePattern('log-level', Transport.NATS)
  logLevel(@Payload() payload: { levels?: unknown } | null): Record<string, string> {
    if (payload?.levels !== undefined) {
      const problem = this.loggers.setLevels(String(payload.levels));
      if (problem) return { error: problem };
    }
    return this.loggers.effectiveLevels();
  }

  @MessagePattern('status', Transport.NATS)
  status(): object {
    return { ...this.info, ...this.monitoring.readiness.report() };
  }
}
