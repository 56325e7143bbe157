import { agentOptions, PilotAgentModule } from '@quartet/agent-feature';
import { runComponent } from '@quartet/nest-kit';

await runComponent({
  name: 'pilot-agent',
  description: "Runs one proxy: writes Envoy's bootstrap, keeps Envoy running, and serves it certificates (SDS), checks (ext_authz) and reports (access logs).",
  words: 'proxy [sidecar|router]',
  options: agentOptions,
  module: (options, words) => PilotAgentModule.forRoot(options, words),
});
