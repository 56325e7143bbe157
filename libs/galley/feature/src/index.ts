export { Galley, type GalleyContext, type GalleyExtras } from './galley.js';
export { GalleyModule } from './galley.module.js';
export { galleyOptions, type GalleyOptions } from './options.js';
