import { Controller, Inject, type Type } from '@nestjs/common';
import { Ctx, MessagePattern, NatsContext, Payload, Transport } from '@nestjs/microservices';
import { type CommandAnswer, Commands } from './commands.js';

/** The Nest controller that takes a component's commands from NATS: one subject for all instances, one for this instance. */
export function commandsControllerFor(component: string, instance: string): Type {
  @Controller()
  class CommandsController {
    constructor(@Inject(Commands) private readonly commands: Commands) {}

    @MessagePattern(`quartet.${component}.*`, Transport.NATS)
    all(@Payload() payload: unknown, @Ctx() context: NatsContext): Promise<CommandAnswer> {
      return this.commands.run(lastToken(context), payload);
    }

    @MessagePattern(`quartet.${component}.${instance}.*`, Transport.NATS)
    one(@Payload() payload: unknown, @Ctx() context: NatsContext): Promise<CommandAnswer> {
      return this.commands.run(lastToken(context), payload);
    }
  }
  return CommandsController;
}

function lastToken(context: NatsContext): string {
  const subject = context.getSubject();
  return subject.slice(subject.lastIndexOf('.') + 1);
}
