import { MixerModule, mixerOptions } from '@quartet/mixer-feature';
import { runComponent } from '@quartet/nest-kit';

await runComponent({
  name: 'mixer',
  description: "The mesh's policy and telemetry: answers Check and Report (istio.mixer.v1) by rules, instances and adapters.",
  words: '[server]',
  options: mixerOptions,
  module: (options) => MixerModule.forRoot(options),
  epilogue: 'Debug endpoints at the monitoring address: /debug/routingz, /debug/handlerz, /debug/problemz.',
});
