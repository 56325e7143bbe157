import { descriptorSet } from './generated/descriptors.js';

/** The serialized FileDescriptorSet of every schema in proto/ and of the Envoy schemas in use. */
export function readDescriptors(): Uint8Array {
  return Uint8Array.from(atob(descriptorSet), (character) => character.charCodeAt(0));
}
