import { Module, type DynamicModule } from '@nestjs/common';
import { CitadelModule, type ServingIdentity } from '@quartet/citadel-feature';
import { Galley, GalleyModule } from '@quartet/galley-feature';
import { PilotModule } from '@quartet/pilot-feature';
import { GalleyFeed } from './galley-feed.js';
import { galleyOptionsOf, type IstiodOptions } from './istiod-options.js';
import { findMixerLeftovers } from './mixer-leftovers.js';

/** Figure 2's control plane: Galley's snapshots go to Pilot by reference, Citadel stands beside them, Mixer is gone and Envoy counts. */
@Module({})
export class IstiodModule {
  static forRoot(options: IstiodOptions, identity: ServingIdentity): DynamicModule {
    const { domain, trustDomain } = options;
    const feed = new GalleyFeed({ domain, trustDomain });
    return {
      module: IstiodModule,
      imports: [
        GalleyModule.forRoot(galleyOptionsOf(options), { analyze: findMixerLeftovers }),
        PilotModule.forRoot({ ...options, mcpAddress: undefined }, { config: feed, features: { telemetry: 'envoy' } }),
        CitadelModule.forRoot(options, identity),
      ],
      providers: [{ provide: GalleyFeed, inject: [Galley], useFactory: (galley: Galley) => feed.follow(galley.source) }],
    };
  }
}
