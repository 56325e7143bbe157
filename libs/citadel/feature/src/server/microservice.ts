import type { ServiceDefinition } from '@grpc/grpc-js';
import { Transport } from '@nestjs/microservices';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { IstioCAServiceService } from '@quartet/api/istio/v1/auth/istio_ca';
import { IstioCertificateServiceService } from '@quartet/api/istio/v1/auth/istio_certificate';
import type { ServingIdentity } from './serving-identity.js';

const services: Record<string, ServiceDefinition> = {
  'istio.v1.auth.IstioCertificateService': IstioCertificateServiceService as unknown as ServiceDefinition,
  'istio.v1.auth.IstioCAService': { handleCsr: IstioCAServiceService.handleCsr } as unknown as ServiceDefinition,
};

/** Requests are a CSR and little more. */
const maxMessageBytes = 256 * 1024;

/** Citadel's gRPC server as a Nest microservice on `host:port`, with the codecs that are generated instead of loaded protos. */
export function citadelMicroservice(url: string, identity: ServingIdentity): MicroserviceOptions {
  return {
    transport: Transport.GRPC,
    options: {
      package: 'istio.v1.auth',
      packageDefinition: services,
      url,
      credentials: identity.credentials,
      maxReceiveMessageLength: maxMessageBytes,
      channelOptions: { 'grpc.max_connection_idle_ms': 300_000, 'grpc.max_concurrent_streams': 100 },
    },
  };
}
