export { createMixerAgent, type MixerAgent } from './agent.js';
export { systemClock, type Clock } from './clock.js';
export { defaultLimits, type MixerAgentLimits, type MixerAgentOptions, type MixerLog, type MixerNode } from './options.js';
export type { MixerAgentStats } from './statistics.js';
