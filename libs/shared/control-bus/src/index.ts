export { CommandServer } from './command-server.js';
export { mergeComponentConfig, parseComponentConfig } from './component-config.js';
export { ControlBus } from './control-bus.js';
export { componentConfigKey, configBucket, eventStream, statusBucket, statusTtlMs } from './subjects.js';
export {
  CommandFailed, ControlBusUnavailable,
  type BusCounters, type BusEvent, type BusLog, type ComponentConfig, type ComponentStatus, type ConfigApplier, type ControlBusOptions, type ObservedStatus,
} from './types.js';
