import { Controller, Get, Inject, Res } from '@nestjs/common';
import { ComponentInfo } from './component-info.js';
import { Monitoring } from './monitoring.js';

interface Reply {
  status(code: number): Reply;
  type(mime: string): Reply;
  send(body: string): void;
}

/** `/metrics`, `/ready`, `/healthz`, `/version`: what Istio's components serve on port 15014. */
@Controller()
export class MonitoringController {
  constructor(
    @Inject(Monitoring) private readonly monitoring: Monitoring,
    @Inject(ComponentInfo) private readonly info: ComponentInfo,
  ) {}

  @Get('metrics')
  async metrics(@Res() reply: Reply): Promise<void> {
    reply.type(this.monitoring.registry.contentType).send(await this.monitoring.registry.metrics());
  }

  @Get(['ready', 'healthz/ready'])
  ready(@Res() reply: Reply): void {
    const report = this.monitoring.readiness.report();
    reply.status(report.ready ? 200 : 503).type('application/json').send(`${JSON.stringify(report)}\n`);
  }

  @Get(['healthz', 'healthz/live'])
  live(): string {
    return 'ok\n';
  }

  @Get('version')
  version(): string {
    return `${this.info.version}\n`;
  }
}
