export { PilotModule, type PilotModuleExtras } from './pilot.module.js';
export { pilotOptions, type PilotOptions } from './pilot-options.js';
export { DiscoveryService, type DiscoveryServiceOptions } from './discovery-service.js';
export type { CompiledProxy, Compiler, CompilerInput, CompilerPush, ConfigDiagnostic } from './compiler.js';
export { PilotMetrics } from './pilot-metrics.js';
export type { SyncStatus } from './debug/sync-status.js';
export type { PilotStatusDetail } from './status-reporter.js';
