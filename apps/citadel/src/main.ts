import { citadelMicroservice, CitadelModule, citadelOptions, ServingIdentity } from '@quartet/citadel-feature';
import { formatAddress, runComponent } from '@quartet/nest-kit';

const identity = new ServingIdentity();

await runComponent({
  name: 'citadel',
  description: "The mesh's certificate authority: signs the CSRs of authenticated workloads (istio.v1.auth).",
  options: citadelOptions,
  module: (options) => CitadelModule.forRoot(options, identity),
  microservices: ({ grpcAddress, grpcPort }) => [citadelMicroservice(formatAddress({ ...grpcAddress, port: grpcPort ?? grpcAddress.port }), identity)],
});
