export { agentOptions } from './options.js';
export type { AgentOptions } from './options.js';
export { PilotAgentModule } from './pilot-agent.module.js';
export { PilotAgent } from './pilot-agent.js';
export type { PilotAgentParts } from './pilot-agent.js';
export { planProxy, proxyTypeOf } from './proxy.js';
export type { ProxyPlan, Surroundings } from './proxy.js';
export { istioNames } from './status/istio-names.js';
