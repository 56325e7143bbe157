import { randomUUID } from 'node:crypto';
import type { NatsConnection } from '@nats-io/transport-node';
import { message } from './connection.js';
import { commandSubject } from './subjects.js';
import { CommandFailed, ControlBusUnavailable } from './types.js';

export interface Command {
  readonly component: string;
  readonly command: string;
  readonly payload: unknown;
  readonly instance?: string | undefined;
  readonly timeoutMs: number;
}

/** Sends a command in Nest's packet format and returns the answer's payload. */
export async function sendCommand<T>(connection: NatsConnection, { component, command, payload, instance, timeoutMs }: Command): Promise<T> {
  const subject = commandSubject(component, command, instance);
  const packet = JSON.stringify({ id: randomUUID(), pattern: command, data: payload ?? {} });
  const reply = await connection.request(subject, packet, { timeout: timeoutMs }).catch((error: unknown) => {
    throw new ControlBusUnavailable(`${subject}: no answer (${message(error)})`);
  });
  const { err, response } = reply.json<{ err?: unknown; response?: T }>();
  if (err !== undefined && err !== null) throw new CommandFailed(`${subject}: ${text(err)}`);
  return response as T;
}

function text(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'message' in error) return String(error.message);
  return typeof error === 'string' ? error : JSON.stringify(error);
}
