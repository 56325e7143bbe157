export { BinaryUnavailable, ensureBinary, type BinaryName } from '@quartet/binaries';
