import { Metadata, Server, ServerCredentials, type sendUnaryData, type ServerUnaryCall } from '@grpc/grpc-js';
import type { CheckRequest, CheckResponse } from '@quartet/api/istio/mixer/v1/check';
import { MixerService } from '@quartet/api/istio/mixer/v1/mixer';
import type { ReportRequest, ReportResponse } from '@quartet/api/istio/mixer/v1/report';
import type { AttributeBag } from '../attributes/value.js';
import { answer } from './answers.js';
import { decompress } from './decompress.js';

type OnCheck = (request: CheckRequest, attributes: AttributeBag) => CheckResponse | Error | undefined;

/** A Mixer whose answers the test scripts; it can be killed and started again on the same port. */
export class ScriptedMixer {
  readonly checks: CheckRequest[] = [];
  readonly reports: AttributeBag[] = [];
  readonly metadata: string[] = [];
  /** undefined leaves the call unanswered. */
  onCheck: OnCheck = () => answer();
  onReport: (request: ReportRequest) => Error | undefined = () => undefined;
  /** Told in the trailers of answers, as our Mixer does; undefined as Istio's. */
  configVersion: string | undefined;
  port = 0;
  private server: Server | undefined;
  private watchers: (() => void)[] = [];

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  async start(): Promise<this> {
    const server = new Server();
    server.addService(MixerService, {
      check: (call: ServerUnaryCall<CheckRequest, CheckResponse>, done: sendUnaryData<CheckResponse>) => this.check(call, done),
      report: (call: ServerUnaryCall<ReportRequest, ReportResponse>, done: sendUnaryData<ReportResponse>) => this.report(call, done),
    });
    this.port = await new Promise<number>((resolve, reject) => {
      server.bindAsync(`127.0.0.1:${this.port}`, ServerCredentials.createInsecure(), (error, port) => (error ? reject(error) : resolve(port)));
    });
    this.server = server;
    return this;
  }

  /** As when the process dies. */
  kill(): void {
    this.server?.forceShutdown();
    this.server = undefined;
  }

  /** Resolves when `holds` does, looked at after each call. */
  until(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!holds()) return;
        this.watchers = this.watchers.filter((watcher) => watcher !== look);
        resolve();
      };
      this.watchers.push(look);
      look();
    });
  }

  private check(call: ServerUnaryCall<CheckRequest, CheckResponse>, done: sendUnaryData<CheckResponse>): void {
    this.checks.push(call.request);
    this.metadata.push(String(call.metadata.get('x-istio-attributes')[0]), call.getHost());
    const { attributes } = call.request;
    const response = this.onCheck(call.request, decompress(attributes!, attributes!.words));
    if (response instanceof Error) done(response);
    else if (response) done(null, response, this.trailers());
    this.look();
  }

  private report(call: ServerUnaryCall<ReportRequest, ReportResponse>, done: sendUnaryData<ReportResponse>): void {
    const error = this.onReport(call.request);
    if (error) done(error);
    else {
      const { attributes, defaultWords } = call.request;
      this.reports.push(...attributes.map((entry) => decompress(entry, defaultWords)));
      done(null, {}, this.trailers());
    }
    this.look();
  }

  private trailers(): Metadata {
    const metadata = new Metadata();
    if (this.configVersion !== undefined) metadata.set('x-quartet-config-version', this.configVersion);
    return metadata;
  }

  private look(): void {
    for (const watcher of [...this.watchers]) watcher();
  }
}
