import { status, type sendUnaryData, type ServerUnaryCall, type ServiceDefinition } from '@grpc/grpc-js';
import { decodeAttributes, ForwardedAttributes } from '../attributes/forwarded.js';
import type { NodeAttributes } from '../attributes/node.js';
import type { Checker } from '../check/checker.js';
import { QuotaSpecs } from '../check/quota-spec.js';
import type { CheckVerdict } from '../check/verdict.js';
import type { Clock } from '../clock.js';
import type { MixerStatistics } from '../statistics.js';
import { AuthzRequest } from './authz-request.js';
import { encodeTcpResponse, httpResponse } from './authz-response.js';
import { failPolicyOf, namedFailPolicy } from './fail-policy.js';
import { HttpCheckAttributes } from './http-attributes.js';
import { tcpCheckAttributes } from './tcp-attributes.js';

type Call = ServerUnaryCall<Buffer, Buffer>;

/** envoy.service.auth.v3.Authorization on raw bytes: requests are read, and cached answers kept, without generated code. */
export const authorizationService: ServiceDefinition = {
  Check: {
    path: '/envoy.service.auth.v3.Authorization/Check',
    requestStream: false,
    responseStream: false,
    requestSerialize: identity,
    requestDeserialize: identity,
    responseSerialize: identity,
    responseDeserialize: identity,
  },
};

export interface AuthorizationOptions {
  readonly checker: Checker;
  readonly node: NodeAttributes;
  readonly clock: Clock;
  readonly statistics: MixerStatistics;
  /** Told of the connections whose check passed. */
  readonly onTcpAccepted: (connectionId: string) => void;
}

/** Answers Envoy's ext_authz filters, HTTP and network, with Mixer's verdicts. */
export class AuthorizationServer {
  private readonly quotaSpecs = new QuotaSpecs();
  private readonly forwarded = new ForwardedAttributes();
  private readonly tcpStatic = new ForwardedAttributes(decodeAttributes);

  constructor(private readonly options: AuthorizationOptions) {}

  /** The grpc-js handler. A message that cannot be read is INVALID_ARGUMENT, which Envoy treats as an agent that failed. */
  readonly check = (call: Call, callback: sendUnaryData<Buffer>): void => {
    try {
      const request = AuthzRequest.read(call.request);
      if (request.isHttp) this.checkHttp(request, call, callback);
      else this.checkTcp(request, call, callback);
    } catch (error) {
      this.options.statistics.malformed_messages++;
      callback({ code: status.INVALID_ARGUMENT, details: `CheckRequest: ${String(error)}` });
    }
  };

  private checkHttp(request: AuthzRequest, call: Call, callback: sendUnaryData<Buffer>): void {
    const { node, clock } = this.options;
    const attributes = new HttpCheckAttributes(request, node, this.forwarded, clock.now());
    const quotas = this.quotaSpecs.needsOf(request.extensions.get('mixer.quota_spec'), attributes);
    this.ask(call, { attributes, quotas, policy: failPolicyOf(request.extensions) }, (verdict) => {
      callback(null, httpResponse(verdict, (name) => request.headers.get(name)));
    });
  }

  private checkTcp(request: AuthzRequest, call: Call, callback: sendUnaryData<Buffer>): void {
    const { node, clock, onTcpAccepted } = this.options;
    const connectionId = headerOf(call, 'x-mixer-connection-id');
    const configured = this.tcpStatic.of(headerOf(call, 'x-mixer-attributes'));
    const attributes = tcpCheckAttributes(request, node, { configured, connectionId, now: clock.now() });
    const quotas = this.quotaSpecs.needsOf(headerOf(call, 'x-mixer-quota-spec'), attributes);
    this.ask(call, { attributes, quotas, policy: namedFailPolicy(headerOf(call, 'x-mixer-fail-policy')) }, (verdict) => {
      if (verdict.ok && connectionId !== undefined) onTcpAccepted(connectionId);
      callback(null, encodeTcpResponse(verdict));
    });
  }

  /** A request that Envoy gave up also gives up its call to Mixer. */
  private ask(call: Call, check: Parameters<Checker['check']>[0], done: (verdict: CheckVerdict) => void): void {
    let answered = false;
    const cancel = this.options.checker.check(check, (verdict) => {
      answered = true;
      done(verdict);
    });
    if (!answered) call.once('cancelled', cancel);
  }
}

function headerOf(call: Call, name: string): string | undefined {
  const value = call.metadata.get(name)[0];
  return typeof value === 'string' ? value : undefined;
}

function identity(bytes: Buffer): Buffer {
  return bytes;
}
