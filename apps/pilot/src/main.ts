import { runComponent } from '@quartet/nest-kit';
import { PilotModule, pilotOptions } from '@quartet/pilot-feature';

await runComponent({
  name: 'pilot',
  description: "Turns the mesh's configuration and services into Envoy's: xDS v3 over ADS.",
  words: '[discovery]',
  options: pilotOptions,
  module: (options) => PilotModule.forRoot(options),
  epilogue: 'Debug endpoints: /debug/syncz, /debug/diagnosticsz, /debug/registryz, /debug/configz, /debug/edsz, /debug/config_dump?proxyID=<pod>.<namespace>; the list is at /debug.',
});
