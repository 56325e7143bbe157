export { IstiodModule } from './istiod.module.js';
export { istiodOptions, type IstiodOptions } from './istiod-options.js';
