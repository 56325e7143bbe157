export { binaries, type Binary, type BinaryName } from './manifest.js';
export { BinaryUnavailable, cacheDir, ensureBinary } from './ensure-binary.js';
