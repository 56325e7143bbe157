import { rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { ProcessStatus, Supervisor } from './supervisor.js';

/** Requests to a running mesh's supervisor: one JSON line each way over a Unix socket that only its owner can open. */
export type SupervisorRequest = { readonly do: 'list' } | { readonly do: 'stop' | 'start' | 'kill'; readonly name: string };
export type SupervisorAnswer = { readonly processes: ProcessStatus[] } | { readonly error: string };

const MAX_LINE = 64 * 1024;
const socketOf = (socketDir: string) => join(socketDir, 'supervisor.sock');

export function serveSupervisor(supervisor: Supervisor, socketDir: string): Server {
  rmSync(socketOf(socketDir), { force: true });
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    createInterface({ input: socket }).once('line', (line) => {
      void answer(supervisor, line).then((reply) => socket.end(`${JSON.stringify(reply)}\n`));
    });
  });
  server.listen(socketOf(socketDir));
  return server;
}

async function answer(supervisor: Supervisor, line: string): Promise<SupervisorAnswer> {
  try {
    if (line.length > MAX_LINE) throw new Error('request too long');
    const request = JSON.parse(line) as SupervisorRequest;
    if (request.do === 'stop') await supervisor.stop(request.name);
    else if (request.do === 'kill') await supervisor.stop(request.name, 'SIGKILL');
    else if (request.do === 'start') supervisor.resume(request.name);
    return { processes: supervisor.list() };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

/** Asks the supervisor of a running mesh. @throws if there is none or it refuses. */
export async function askSupervisor(socketDir: string, request: SupervisorRequest): Promise<ProcessStatus[]> {
  const text = await new Promise<string>((resolve, reject) => {
    const socket = connect(socketOf(socketDir));
    let reply = '';
    socket.setEncoding('utf8');
    socket.on('connect', () => socket.write(`${JSON.stringify(request)}\n`));
    socket.on('data', (chunk: string) => void (reply += chunk));
    socket.on('end', () => resolve(reply));
    socket.on('error', () => reject(new Error('no mesh is running here; start one with: npm run up')));
  });
  const answer = JSON.parse(text) as SupervisorAnswer;
  if ('error' in answer) throw new Error(answer.error);
  return answer.processes;
}
