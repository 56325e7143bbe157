import { createFileRegistry, fromBinary, type DescMessage, type FileRegistry } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { readDescriptors } from '@quartet/api';

let registry: FileRegistry | undefined;

/** Every message of proto/ and of the Envoy schemas in use; built on first use. */
export function descriptorRegistry(): FileRegistry {
  registry ??= createFileRegistry(fromBinary(FileDescriptorSetSchema, readDescriptors()));
  return registry;
}

/** @throws Error if no schema declares it: a fault of the program, not of its input. */
export function describeMessage(name: string): DescMessage {
  const message = descriptorRegistry().getMessage(name);
  if (message === undefined) throw new Error(`no schema declares the message ${name}`);
  return message;
}
