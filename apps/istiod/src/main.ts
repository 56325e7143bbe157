import { citadelMicroservice, ServingIdentity } from '@quartet/citadel-feature';
import { IstiodModule, istiodOptions } from '@quartet/istiod-feature';
import { formatAddress, runComponent } from '@quartet/nest-kit';

const identity = new ServingIdentity();

await runComponent({
  name: 'istiod',
  description: 'Pilot, Galley and Citadel in one process, without Mixer: configuration from a folder, xDS v3, certificates.',
  words: '[discovery]',
  options: istiodOptions,
  module: (options) => IstiodModule.forRoot(options, identity),
  microservices: ({ grpcAddress, grpcPort }) => [citadelMicroservice(formatAddress({ ...grpcAddress, port: grpcPort ?? grpcAddress.port }), identity)],
  epilogue: "Debug endpoints: those of Pilot (the list is at /debug) and Galley's /debug/problems.",
});
