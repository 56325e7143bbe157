import { Inject, Injectable, Module } from '@nestjs/common';
import type { DynamicModule, OnModuleDestroy } from '@nestjs/common';
import { ControlBus } from '@quartet/control-bus';
import { Loggers, Monitoring } from '@quartet/nest-kit';
import { Citadel } from './citadel.js';
import { CitadelMetrics } from './metrics.js';
import type { CitadelOptions } from './options.js';
import { CertificateController } from './server/certificate.controller.js';
import { CertificateService } from './server/certificate-service.js';
import type { ServingIdentity } from './server/serving-identity.js';

@Injectable()
class CitadelLifecycle implements OnModuleDestroy {
  constructor(@Inject(Citadel) private readonly citadel: Citadel) {}

  onModuleDestroy(): void {
    this.citadel.close();
  }
}

/** The CA as a Nest module; its gRPC microservice (citadelMicroservice) shares `identity` with it. */
@Module({})
export class CitadelModule {
  static forRoot(options: CitadelOptions, identity: ServingIdentity): DynamicModule {
    return {
      module: CitadelModule,
      controllers: [CertificateController],
      providers: [
        {
          provide: Citadel,
          inject: [Loggers, Monitoring, ControlBus],
          useFactory: (loggers: Loggers, monitoring: Monitoring, bus: ControlBus) => openCitadel({ options, identity }, { loggers, monitoring, bus }),
        },
        { provide: CertificateService, inject: [Citadel], useFactory: (citadel: Citadel) => citadel.service },
        CitadelLifecycle,
      ],
      exports: [Citadel],
    };
  }
}

async function openCitadel(
  { options, identity }: { options: CitadelOptions; identity: ServingIdentity },
  { loggers, monitoring, bus }: { loggers: Loggers; monitoring: Monitoring; bus: ControlBus },
): Promise<Citadel> {
  const citadel = await Citadel.open({
    options,
    identity,
    metrics: new CitadelMetrics(monitoring.registry),
    logger: (scope) => loggers.get(scope),
    publish: (type, data) => bus.publish(type, data),
  });
  const describeRoot = () => bus.setDetail({ rootVersion: citadel.authority.ready.roots.version, trustDomain: options.trustDomain });
  monitoring.readiness.add('ca', () => citadel.authority.current !== undefined || 'no CA');
  citadel.authority.subscribe(describeRoot);
  describeRoot();
  return citadel;
}
