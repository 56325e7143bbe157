import { Controller, Inject } from '@nestjs/common';
import { MessagePattern, Transport } from '@nestjs/microservices';
import { DiscoveryService } from './discovery-service.js';

/** Pilot's own commands on the control bus. */
@Controller()
export class PilotCommandsController {
  constructor(@Inject(DiscoveryService) private readonly service: DiscoveryService) {}

  /** Compiles everything anew and pushes what differs -> `{version, proxies}`. */
  @MessagePattern('resync', Transport.NATS)
  resync(): { version: string; proxies: number } {
    const proxies = this.service.pushAll();
    return { version: this.service.version, proxies };
  }
}
