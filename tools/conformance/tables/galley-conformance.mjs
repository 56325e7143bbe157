// galley/conformance: what Galley serves over MCP for a folder of manifests.
import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { CollectionSlice, createFileConfigSource } from '@quartet/config';
import { projectCollection, syntheticServiceEntries } from '@quartet/galley-processing';
import { kindByCollection, syntheticServiceEntryKind } from '@quartet/model';
import { parse } from 'yaml';

export const name = 'galley-conformance';
const tests = 'galley/conformance';
const namespace = 'conformance';

/** Only tests with MCP constraints: the traffic test asks a cluster. */
export async function* cases({ folder, readText }) {
  const files = (await readdir(join(folder, tests), { recursive: true })).filter((file) => file.endsWith('mcp.yaml')).toSorted();
  for (const file of files) {
    yield { id: dirname(file), check: async () => check(await readText(join(tests, dirname(file), 'input.yaml')), parse(onOneLine(await readText(join(tests, file))).replaceAll('{{.Namespace}}', namespace))) };
  }
}

/** Go's YAML reader takes flow maps that are indented less than their parent, YAML 1.2 doesn't: each on one line is the same in both. */
function onOneLine(text) {
  let depth = 0;
  return text.split('\n').map((line) => {
    const inside = depth > 0;
    depth += line.split('{').length - line.split('}').length;
    return (inside ? ` ${line.trim()}` : line) + (depth > 0 ? '' : '\n');
  }).join('');
}

async function check(input, { constraints }) {
  const dir = await mkdtemp(join(tmpdir(), 'conformance-'));
  try {
    await writeFile(join(dir, 'input.yaml'), input);
    const source = createFileConfigSource({ dir, watch: false, defaultNamespace: namespace });
    await source.whenSynced();
    for (const { collection, check: wanted } of constraints) for (const constraint of wanted) checkCollection(serve(source.snapshot, collection), constraint, collection);
    await source.close();
  } finally {
    await rm(dir, { recursive: true });
  }
}

function serve(snapshot, collection) {
  const kind = kindByCollection(collection);
  const objects = kind === syntheticServiceEntryKind ? syntheticServiceEntries(snapshot, { domain: 'cluster.local', trustDomain: 'cluster.local' }) : snapshot.list(collection);
  return projectCollection(kind, objects, new CollectionSlice(objects).version).resources;
}

function checkCollection(resources, constraint, collection) {
  if ('empty' in constraint) return assert.deepEqual(resources, []);
  assert.deepEqual(Object.keys(constraint), ['exactlyOne']);
  const matches = constraint.exactlyOne.flatMap(({ equals }) => resources.filter(({ metadata }) => metadata.name === equals.Metadata.name).map((resource) => [resource, equals]));
  assert.equal(matches.length, 1, `${collection}: ${matches.length} resources of the name`);
  checkResource(kindByCollection(collection), ...matches[0]);
}

/** The versions in annotations are Istio's counters: only that they are there counts. */
function checkResource(kind, { metadata, body }, { TypeURL, Metadata, Body }) {
  assert.equal(body.typeUrl, TypeURL);
  for (const [key, value] of Object.entries(Metadata.labels ?? {})) assert.equal(metadata.labels[key], value);
  for (const [key, value] of Object.entries(Metadata.annotations ?? {})) assert.ok(key.endsWith('Version') ? metadata.annotations[key] : metadata.annotations[key] === value, key);
  const { spec, problems } = kind.parse(kind.typeUrl.endsWith('.Struct') ? unwrapStruct(Body) : Body, 'spec');
  assert.deepEqual(problems.filter(({ severity }) => severity === 'error'), []);
  assert.deepEqual(kind.toJson(kind.decode(body.value)), kind.toJson(spec));
}

/** A Struct as Go prints it; names of fields in it may be of either form. */
function unwrapStruct({ fields }) {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, unwrapValue(value)]));
}

function unwrapValue({ Kind: { NullValue, ListValue, StructValue, ...plain } }) {
  if (NullValue !== undefined) return null;
  if (ListValue) return ListValue.values.map(unwrapValue);
  return StructValue ? unwrapStruct(StructValue) : Object.values(plain)[0];
}
