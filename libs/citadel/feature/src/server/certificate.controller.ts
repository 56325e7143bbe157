import type { Metadata, ServerUnaryCall } from '@grpc/grpc-js';
import { Controller, Inject } from '@nestjs/common';
import { GrpcMethod, RpcException } from '@nestjs/microservices';
import type { CsrRequest, CsrResponse } from '@quartet/api/istio/v1/auth/istio_ca';
import type { IstioCertificateRequest, IstioCertificateResponse } from '@quartet/api/istio/v1/auth/istio_certificate';
import type { CallCredentials } from '../authenticate/authenticator.js';
import { CertificateService } from './certificate-service.js';
import { GrpcStatusError } from './grpc-status-error.js';

@Controller()
export class CertificateController {
  constructor(@Inject(CertificateService) private readonly service: CertificateService) {}

  @GrpcMethod('IstioCertificateService', 'createCertificate')
  createCertificate(request: IstioCertificateRequest, metadata: Metadata, call: ServerUnaryCall<unknown, unknown>): Promise<IstioCertificateResponse> {
    return this.service.createCertificate(request, credentialsOf(metadata, call)).catch(asRpcException);
  }

  @GrpcMethod('IstioCAService', 'handleCsr')
  handleCsr(request: CsrRequest, metadata: Metadata, call: ServerUnaryCall<unknown, unknown>): Promise<CsrResponse> {
    return this.service.handleCsr(request, credentialsOf(metadata, call)).catch(asRpcException);
  }
}

function credentialsOf(metadata: Metadata, call: ServerUnaryCall<unknown, unknown>): CallCredentials {
  return {
    authorization: metadata.get('authorization').map(String),
    peerCertificate: call.getAuthContext().sslPeerCertificate?.raw,
  };
}

function asRpcException(error: unknown): never {
  if (error instanceof GrpcStatusError) throw new RpcException({ code: error.code, message: error.message, details: error.message });
  throw error;
}
