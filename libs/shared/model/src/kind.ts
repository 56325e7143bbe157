import { Struct } from '@quartet/api/google/protobuf/struct';
import { describeMessage } from './descriptors.js';
import { ParseContext, isObject, show } from './parse/context.js';
import { parseMessage } from './parse/message.js';
import type { Problem } from './problem.js';

/** What generated code gives for a message; only what a kind needs of it. */
export interface Codec<T> {
  encode(message: T): { finish(): Uint8Array };
  decode(bytes: Uint8Array): T;
  fromPartial(partial: never): T;
  toJSON(message: T): unknown;
}

/** Where an object of a kind stands in Kubernetes and on MCP. */
export interface KindName {
  readonly kind: string;
  readonly plural: string;
  /** Empty for Kubernetes' core group. */
  readonly group: string;
  readonly version: string;
  /** MCP collection. */
  readonly collection: string;
  readonly clusterScoped: boolean;
}

export interface Parsed<T = unknown> {
  /** What could be read; not to be used if a problem is an error. */
  readonly spec: T;
  readonly problems: readonly Problem[];
}

/** One kind of configuration object. */
export interface Kind<T = unknown> extends KindName {
  /** Full name of the message that `spec` holds; `google.protobuf.Struct` for kinds that are plain JSON. */
  readonly messageName: string;
  /** True for Kubernetes' own kinds: `spec` is the whole object, metadata and all. */
  readonly wholeObject: boolean;
  /** Type URL of the body of an MCP resource. */
  readonly typeUrl: string;
  /** Body of an MCP resource to spec. @throws Error if the bytes are not that message. */
  decode(body: Uint8Array): T;
  encode(spec: T): Uint8Array;
  /** The JSON of a spec (for plain kinds: of the whole object); paths of problems start at `root`. */
  parse(json: unknown, root: string): Parsed<T>;
  /** A spec as JSON of camelCase names without defaults. */
  toJson(spec: T): unknown;
}

const typeUrlOf = (message: string) => `type.googleapis.com/${message}`;
const structName = 'google.protobuf.Struct';

function parseWith<T>(message: string, codec: Codec<T>, unknownFields: Problem['severity']) {
  return (json: unknown, root: string): Parsed<T> => {
    const context = new ParseContext(unknownFields);
    const partial = parseMessage(describeMessage(message), json ?? {}, root, context) ?? {};
    return { spec: codec.fromPartial(partial as never), problems: context.problems };
  };
}

/**
 * A kind whose MCP body is its own message.
 * @param unknownFields what an unknown field is: Istio 1.4 ignores them in Pilot's kinds and refuses them in Mixer's.
 */
export function messageKind<T>(name: KindName, message: string, codec: Codec<T>, unknownFields: Problem['severity']): Kind<T> {
  return Object.freeze({
    ...name, messageName: message, typeUrl: typeUrlOf(message), wholeObject: false,
    decode: (body: Uint8Array) => codec.decode(body),
    encode: (spec: T) => codec.encode(spec).finish(),
    parse: parseWith(message, codec, unknownFields),
    toJson: (spec: T) => codec.toJSON(spec),
  });
}

/** A kind with a message of its own that MCP carries as a Struct (`adapter`, `template`). */
export function structMessageKind<T>(name: KindName, message: string, codec: Codec<T>): Kind<T> {
  const parse = parseWith(message, codec, 'error');
  return Object.freeze({
    ...name, messageName: message, typeUrl: typeUrlOf(structName), wholeObject: false, parse,
    decode: (body: Uint8Array) => parse(decodeStruct(body), 'spec').spec,
    encode: (spec: T) => encodeStruct(codec.toJSON(spec) as Record<string, unknown>),
    toJson: (spec: T) => codec.toJSON(spec),
  });
}

/**
 * A kind that is plain JSON: the legacy Mixer kinds (the spec) and Kubernetes' own (the whole object).
 * @param schema message that the JSON must fit, if there is one
 */
export function plainKind(name: KindName, schema?: string): Kind<Record<string, unknown>> {
  return Object.freeze({
    ...name, messageName: structName, typeUrl: typeUrlOf(structName), wholeObject: name.group === '',
    decode: decodeStruct,
    encode: encodeStruct,
    parse: (json: unknown, root: string) => parsePlain(json ?? {}, root, schema),
    toJson: (spec: Record<string, unknown>) => spec,
  });
}

function parsePlain(json: unknown, root: string, schema: string | undefined): Parsed<Record<string, unknown>> {
  const context = new ParseContext('error');
  if (!isObject(json)) {
    context.error(root, `expected an object, got ${show(json)}`);
    return { spec: {}, problems: context.problems };
  }
  if (schema !== undefined) parseMessage(describeMessage(schema), json, root, context);
  return { spec: json, problems: context.problems };
}

function decodeStruct(body: Uint8Array): Record<string, unknown> {
  return Struct.unwrap(Struct.decode(body)) as Record<string, unknown>;
}

function encodeStruct(json: Record<string, unknown>): Uint8Array {
  return Struct.encode(Struct.wrap(json)).finish();
}
