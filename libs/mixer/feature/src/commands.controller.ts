import { Controller, Inject } from '@nestjs/common';
import { MessagePattern, Transport } from '@nestjs/microservices';
import { Mixer } from './mixer.js';

/** Mixer's own commands on the control bus. */
@Controller()
export class MixerCommandsController {
  constructor(@Inject(Mixer) private readonly mixer: Mixer) {}

  /** Builds the configuration anew -> `{version, snapshot}`. */
  @MessagePattern('resync', Transport.NATS)
  async resync(): Promise<{ version: string; snapshot: number }> {
    const version = await this.mixer.resync();
    return { version, snapshot: this.mixer.runtime.table.id };
  }
}
