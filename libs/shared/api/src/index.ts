import { readFileSync } from 'node:fs';

/** The serialized FileDescriptorSet of every schema in proto/ and of the Envoy schemas in use. */
export function readDescriptors(): Uint8Array {
  return readFileSync(new URL('../src/generated/descriptors.binpb', import.meta.url));
}
