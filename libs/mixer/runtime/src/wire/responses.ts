import type { Reference } from '../bag/reference-tracker.js';
import { ByteWriter } from './byte-writer.js';
import type { GlobalDictionary } from './dictionary.js';

/** HeaderOperation.Operation. */
export const HeaderOp = { REPLACE: 0, REMOVE: 1, APPEND: 2 } as const;
export type HeaderOp = (typeof HeaderOp)[keyof typeof HeaderOp];

export interface HeaderOperation {
  readonly name: string;
  readonly value: string;
  readonly operation: HeaderOp;
}

export interface RouteDirective {
  readonly requestHeaderOperations: readonly HeaderOperation[];
  readonly responseHeaderOperations: readonly HeaderOperation[];
  readonly directResponseCode: number;
  readonly directResponseBody: string;
}

/** What Check answers, before it is bytes. */
export interface Precondition {
  readonly code: number;
  readonly message: string;
  readonly validDurationMs: number;
  readonly validUseCount: number;
  readonly references: readonly Reference[];
  readonly directive: RouteDirective | undefined;
}

export interface QuotaGrant {
  readonly name: string;
  readonly code: number;
  readonly message: string;
  readonly validDurationMs: number;
  readonly amount: number;
  readonly references: readonly Reference[];
}

/** Which words a response may name by their global index: those below the count that the caller knows. */
export interface ResponseWords {
  readonly dictionary: GlobalDictionary;
  readonly globalWordCount: number;
}

/** istio.mixer.v1.CheckResponse. */
export function writeCheckResponse(precondition: Precondition, quotas: readonly QuotaGrant[], words: ResponseWords): Buffer {
  const writer = new ByteWriter(512);
  writer.message(2, (inner) => writePrecondition(inner, precondition, words));
  for (const quota of quotas) {
    writer.message(3, (entry) => {
      entry.text(1, quota.name);
      entry.message(2, (inner) => writeGrant(inner, quota, words));
    });
  }
  return writer.finish();
}

function writePrecondition(writer: ByteWriter, precondition: Precondition, words: ResponseWords): void {
  writer.message(1, (inner) => writeStatus(inner, precondition.code, precondition.message));
  writer.message(2, (inner) => writeDuration(inner, precondition.validDurationMs));
  writeInteger(writer, 3, precondition.validUseCount);
  writer.message(5, (inner) => writeReferences(inner, precondition.references, words));
  const { directive } = precondition;
  if (directive) writer.message(6, (inner) => writeDirective(inner, directive));
}

function writeGrant(writer: ByteWriter, grant: QuotaGrant, words: ResponseWords): void {
  writer.message(1, (inner) => writeDuration(inner, grant.validDurationMs));
  writeInteger(writer, 2, grant.amount);
  writer.message(5, (inner) => writeReferences(inner, grant.references, words));
  writer.message(6, (inner) => writeStatus(inner, grant.code, grant.message));
}

function writeStatus(writer: ByteWriter, code: number, message: string): void {
  writeInteger(writer, 1, code);
  if (message !== '') writer.text(2, message);
}

function writeDuration(writer: ByteWriter, ms: number): void {
  const seconds = Math.trunc(ms / 1000);
  writeInteger(writer, 1, seconds);
  writeInteger(writer, 2, Math.round((ms - seconds * 1000) * 1e6));
}

function writeInteger(writer: ByteWriter, field: number, value: number): void {
  if (value === 0) return;
  writer.tag(field, 0);
  writer.int64(value);
}

/** istio.mixer.v1.ReferencedAttributes. */
function writeReferences(writer: ByteWriter, references: readonly Reference[], { dictionary, globalWordCount }: ResponseWords): void {
  const slots = new Map<string, number>();
  const indexOf = (word: string): number => {
    const global = dictionary.indexOf(word);
    if (global !== undefined && global < globalWordCount) return global;
    const slot = slots.get(word) ?? slots.size;
    slots.set(word, slot);
    return -slot - 1;
  };
  const indices = references.map(({ name, mapKey }) => [indexOf(name), mapKey === undefined ? 0 : indexOf(mapKey)] as const);
  for (const word of slots.keys()) writer.text(1, word);
  references.forEach(({ condition }, i) => {
    const [name, mapKey] = indices[i] as readonly [number, number];
    writer.message(2, (match) => {
      writeIndex(match, 1, name);
      match.tag(2, 0);
      match.uint32(condition);
      writeIndex(match, 4, mapKey);
    });
  });
}

function writeIndex(writer: ByteWriter, field: number, index: number): void {
  if (index === 0) return;
  writer.tag(field, 0);
  writer.sint32(index);
}

function writeDirective(writer: ByteWriter, directive: RouteDirective): void {
  for (const operation of directive.requestHeaderOperations) writer.message(1, (inner) => writeHeaderOperation(inner, operation));
  for (const operation of directive.responseHeaderOperations) writer.message(2, (inner) => writeHeaderOperation(inner, operation));
  writeInteger(writer, 3, directive.directResponseCode);
  if (directive.directResponseBody !== '') writer.text(4, directive.directResponseBody);
}

function writeHeaderOperation(writer: ByteWriter, { name, value, operation }: HeaderOperation): void {
  if (name !== '') writer.text(1, name);
  if (value !== '') writer.text(2, value);
  writeInteger(writer, 3, operation);
}
