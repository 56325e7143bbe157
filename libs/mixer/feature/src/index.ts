export { MixerModule } from './mixer.module.js';
export { Mixer, type MixerParts, type MixerSettings } from './mixer.js';
export { mixerOptions, type ListenAddress, type MixerOptions } from './mixer-options.js';
export { mixerService } from './server/mixer-service.js';
export { builtInAdapters, type AdapterPorts } from './built-in-adapters.js';
