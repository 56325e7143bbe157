import { Controller, Get, Inject } from '@nestjs/common';
import { Mixer } from './mixer.js';

/** What Mixer goes by, to be looked at. */
@Controller('debug')
export class DebugController {
  constructor(@Inject(Mixer) private readonly mixer: Mixer) {}

  /** The routing table in force: variety -> namespace -> destinations -> groups -> instances. */
  @Get('routingz')
  routing(): unknown {
    return this.mixer.runtime.table.toJSON();
  }

  /** What of the configuration was left out, and why. */
  @Get('problemz')
  problems(): unknown {
    return { configVersion: this.mixer.configVersion, problems: this.mixer.runtime.problems };
  }

  /** The handlers that are live. */
  @Get('handlerz')
  handlers(): unknown {
    return [...this.mixer.runtime.handlers.values()].map(({ config }) => ({ name: config.name, adapter: config.adapter.name, templates: config.adapter.templates, params: config.params }));
  }
}
