import type { DescField, DescMessage, ScalarType } from '@bufbuild/protobuf';
import { childPath } from '../problem.js';
import { isObject, show, type ParseContext } from './context.js';
import { parseEnum, parseScalar } from './scalar.js';
import { wellKnown } from './well-known.js';

const wrapper = /^google\.protobuf\.(Double|Float|U?Int64|U?Int32|Bool|String|Bytes)Value$/;

/**
 * Reads a message from JSON: protobuf's mapping with camelCase or the original names, every fault reported with its
 * path. The result is the partial form that a generated codec's `fromPartial` takes; faulty fields are left out.
 */
export function parseMessage(type: DescMessage, value: unknown, path: string, context: ParseContext): unknown {
  const special = wellKnown[type.typeName];
  if (special !== undefined) return special(value, path, context);
  if (wrapper.test(type.typeName)) return parseScalar(wrappedScalar(type), value, path, context);
  if (!isObject(value)) return context.error(path, `expected an object, got ${show(value)}`);
  const names = fieldNames(type);
  const result: Record<string, unknown> = {};
  const oneofs = new Map<string, string>();
  for (const [key, json] of Object.entries(value)) {
    if (json === undefined) continue;
    const field = names.get(key);
    if (field === undefined) {
      context.unknown(childPath(path, key), unknownField(key, names));
    } else if (Object.hasOwn(result, field.localName)) {
      context.error(childPath(path, key), `is given twice, as ${field.jsonName} and as ${field.name}`);
    } else {
      const parsed = parsePresent(field, json, childPath(path, key), context);
      if (parsed === undefined) continue;
      if (field.oneof !== undefined) claimOneof(field, oneofs, childPath(path, key), context);
      result[field.localName] = parsed;
    }
  }
  return result;
}

function wrappedScalar(type: DescMessage): ScalarType {
  const [field] = type.fields;
  if (field?.fieldKind !== 'scalar') throw new Error(`${type.typeName} wraps no scalar`);
  return field.scalar;
}

/** Null means "not set", save for a message in a oneof: Istio's decoder selects it, empty (`mtls:` with nothing). */
function parsePresent(field: DescField, json: unknown, path: string, context: ParseContext): unknown {
  if (json !== null) return parseField(field, json, path, context);
  if (field.fieldKind === 'message' && field.message.typeName === 'google.protobuf.Value') return null;
  return field.fieldKind === 'message' && field.oneof !== undefined && wellKnown[field.message.typeName] === undefined ? {} : undefined;
}

function claimOneof(field: DescField, claimed: Map<string, string>, path: string, context: ParseContext): void {
  const group = field.oneof?.name ?? '';
  const other = claimed.get(group);
  if (other !== undefined) context.error(path, `excludes ${other}: only one of the two may be set`);
  claimed.set(group, field.jsonName);
}

function parseField(field: DescField, json: unknown, path: string, context: ParseContext): unknown {
  switch (field.fieldKind) {
    case 'scalar':
      return parseScalar(field.scalar, json, path, context);
    case 'enum':
      return parseEnum(field.enum, json, path, context);
    case 'message':
      return parseMessage(field.message, json, path, context);
    case 'list':
      return parseList(field, json, path, context);
    case 'map':
      return parseMap(field, json, path, context);
  }
}

/** A null item of messages is an empty message, as for Istio's decoder. */
function parseList(field: DescField & { fieldKind: 'list' }, json: unknown, path: string, context: ParseContext): unknown {
  if (!Array.isArray(json)) return context.error(path, `expected a list, got ${show(json)}`);
  return json.flatMap((item, index) => {
    const itemPath = childPath(path, index);
    const parsed =
      field.listKind === 'message' ? parseMessage(field.message, item ?? {}, itemPath, context)
      : field.listKind === 'enum' ? parseEnum(field.enum, item, itemPath, context)
      : parseScalar(field.scalar, item, itemPath, context);
    return parsed === undefined ? [] : [parsed];
  });
}

function parseMap(field: DescField & { fieldKind: 'map' }, json: unknown, path: string, context: ParseContext): unknown {
  if (!isObject(json)) return context.error(path, `expected an object, got ${show(json)}`);
  const result: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(json)) {
    const itemPath = childPath(path, key);
    const parsed =
      field.mapKind === 'message' ? parseMessage(field.message, item, itemPath, context)
      : field.mapKind === 'enum' ? parseEnum(field.enum, item, itemPath, context)
      : parseScalar(field.scalar, item, itemPath, context);
    // Generated codecs copy maps by plain assignment.
    if (key === '__proto__') context.error(itemPath, 'is not a usable key');
    else if (parsed !== undefined) result[key] = parsed;
  }
  return result;
}

const nameCache = new WeakMap<DescMessage, ReadonlyMap<string, DescField>>();

function fieldNames(type: DescMessage): ReadonlyMap<string, DescField> {
  let names = nameCache.get(type);
  if (names === undefined) {
    names = new Map(type.fields.flatMap((field) => [[field.jsonName, field] as const, [field.name, field] as const]));
    nameCache.set(type, names);
  }
  return names;
}

function unknownField(key: string, names: ReadonlyMap<string, DescField>): string {
  const plain = (name: string) => name.replaceAll(/[_-]/g, '').toLowerCase();
  const meant = [...names.values()].find((field) => plain(field.name) === plain(key) || `${plain(field.name)}s` === plain(key) || plain(field.name) === `${plain(key)}s`);
  return meant === undefined ? 'unknown field' : `unknown field; did you mean ${meant.jsonName}?`;
}
