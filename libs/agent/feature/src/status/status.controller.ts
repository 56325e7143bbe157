import { All, Controller, Get, Inject, Req, Res } from '@nestjs/common';
import { StatusPages } from './status-pages.js';
import type { Page } from './status-pages.js';

interface Reply {
  status(code: number): Reply;
  type(mime: string): Reply;
  send(body: string): void;
}
interface Incoming {
  readonly method: string;
  readonly socket: { readonly remoteAddress?: string };
}

/** The status pages beside the monitoring ones, for an agent whose two addresses are one. */
@Controller()
export class StatusController {
  constructor(@Inject(StatusPages) private readonly pages: StatusPages) {}

  @Get('stats/prometheus')
  async stats(@Res() reply: Reply): Promise<void> {
    send(reply, await this.pages.stats());
  }

  @All('quitquitquit')
  quit(@Req() request: Incoming, @Res() reply: Reply): void {
    send(reply, this.pages.quit(request.method, request.socket.remoteAddress));
  }
}

function send(reply: Reply, { status, type, body }: Page): void {
  reply.status(status).type(type).send(body);
}
