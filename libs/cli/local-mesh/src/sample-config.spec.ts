// The sample's configuration, as the components will read it: strict parsing, Istio's validation, expressions that compile.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileExpression, ValueType, valueTypeByName, type ExprEnv } from '@quartet/mixer-expr';
import { formatProblem, kindByName, parseMeshConfig, parseSpec, validateObject } from '@quartet/model';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { PODS } from './pods.js';

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- configuration of many kinds, of which each test knows its own
  readonly spec: any;
  readonly status?: { readonly podIP: string };
}

const examples = join(import.meta.dirname, '../../../../examples/bookinfo');
const read = (file: string): Manifest[] =>
  parseAllDocuments(readFileSync(join(examples, file), 'utf8')).map((document) => {
    expect(document.errors, file).toEqual([]);
    return document.toJS() as Manifest;
  });
const yamlFiles = (folder: string): string[] => readdirSync(join(examples, folder)).map((file) => join(folder, file));
const files = [...yamlFiles('config'), ...yamlFiles('tasks')];
const kindFiles = files.filter((file) => !file.endsWith('mesh.yaml'));
const config = kindFiles.filter((file) => file.startsWith('config')).flatMap(read);

describe('mesh.yaml', () => {
  it('is a mesh configuration', () => {
    expect(parseMeshConfig(parseAllDocuments(readFileSync(join(examples, 'config/mesh.yaml'), 'utf8'))[0]?.toJS()).problems).toEqual([]);
  });
});

describe.each(kindFiles)('%s', (file) => {
  it.each(read(file).map((object) => [`${object.kind} ${object.metadata.name}`, object] as const))('%s is valid', (_title, object) => {
    const kind = kindByName(object.apiVersion, object.kind);
    if (!kind) throw new Error(`unknown kind ${object.apiVersion} ${object.kind}`);
    if (kind.collection.startsWith('k8s/')) return;
    const { spec, problems } = parseSpec(kind, object.spec);
    const metadata = { name: object.metadata.name, namespace: object.metadata.namespace ?? '', labels: {}, annotations: {}, creationTimestamp: 0, resourceVersion: '' };
    expect([...problems, ...validateObject({ collection: kind.collection, kind: object.kind, metadata, spec })].map(formatProblem)).toEqual([]);
  });

  it('has every object once', () => {
    const names = read(file).map(({ kind, metadata }) => `${kind}/${metadata.namespace}/${metadata.name}`);
    expect(names).toEqual([...new Set(names)]);
  });
});

/** Attributes of all manifests, and for bindings what an adapter of template `kubernetes` gives back. */
function environment(outputs: boolean): ExprEnv {
  const declared = config.filter(({ kind }) => kind === 'attributemanifest').flatMap(({ spec }) => Object.entries<{ valueType: string }>(spec.attributes));
  const types = new Map(declared.map(([name, { valueType }]) => [name, valueTypeByName(valueType)]));
  const output = (name: string) => (/_ip$/.test(name) ? ValueType.IP_ADDRESS : /_labels$/.test(name) ? ValueType.STRING_MAP : ValueType.STRING);
  return { attributes: (name) => (outputs && name.startsWith('output.') ? output(name) : types.get(name)) };
}

function typeOf(text: string, outputs = false): ValueType {
  return compileExpression(text.replaceAll('$out.', 'output.'), environment(outputs)).type;
}

const policies = kindFiles.flatMap(read).filter(({ kind }) => kind === 'rule' || kind === 'instance');

describe('expressions', () => {
  it.each(policies.filter(({ kind, spec }) => kind === 'rule' && spec.match).map(({ metadata, spec }) => [metadata.name, spec.match as string]))('match of rule %s', (_name, match) => {
    expect(typeOf(match)).toBe(ValueType.BOOL);
  });

  const instances = policies.filter(({ kind }) => kind === 'instance');
  it.each(instances.map(({ metadata, spec }) => [metadata.name, spec] as const))('of instance %s', (_name, spec) => {
    const fields = Object.values<string | Record<string, string>>(spec.params ?? {}).flatMap((field) => (typeof field === 'string' ? [field] : Object.values(field)));
    for (const field of fields) expect(() => typeOf(field), field).not.toThrow();
    for (const [attribute, binding] of Object.entries<string>(spec.attributeBindings ?? {})) expect(typeOf(binding, true), attribute).toBe(typeOf(attribute));
  });
});

describe('the standard metrics', () => {
  const handler = config.find(({ kind, metadata }) => kind === 'handler' && metadata.name === 'prometheus');
  const metrics: { name: string; instance_name: string; label_names: string[] }[] = handler?.spec.params.metrics;

  it('are the eight of 1.4', () => {
    expect(metrics.map(({ name }) => name)).toEqual([
      'requests_total', 'request_duration_seconds', 'request_bytes', 'response_bytes',
      'tcp_sent_bytes_total', 'tcp_received_bytes_total', 'tcp_connections_opened_total', 'tcp_connections_closed_total',
    ]);
  });

  it.each(metrics.map((metric) => [metric.name, metric] as const))('%s has the labels of its instance', (name, { instance_name, label_names }) => {
    const instance = config.find(({ kind, metadata }) => kind === 'instance' && `${metadata.name}.instance.${metadata.namespace}` === instance_name);
    expect(label_names).toEqual(Object.keys(instance?.spec.params.dimensions));
    expect(label_names).toHaveLength(name.startsWith('tcp') ? 16 : 20);
  });
});

describe('addresses', () => {
  const of = (wanted: string) => config.filter(({ kind }) => kind === wanted);
  const pods = new Map(of('Pod').map(({ metadata, status }) => [metadata.name, status?.podIP]));

  it('of endpoints and sidecars are those of pods', () => {
    const endpoints = of('ServiceEntry').flatMap(({ metadata, spec }) => (spec.endpoints as { address: string; labels: { version: string } }[]).map((endpoint) => [`${metadata.name}-${endpoint.labels.version}`, endpoint.address]));
    const sidecars = of('Sidecar').map(({ metadata, spec }) => [metadata.name, spec.ingress[0].bind]);
    expect(endpoints).toHaveLength(6);
    expect(sidecars).toHaveLength(6);
    for (const [pod, address] of [...endpoints, ...sidecars]) expect(pods.get(pod), pod).toBe(address);
  });

  it('are those by which pods are started', () => {
    expect(Object.fromEntries(pods)).toEqual(Object.fromEntries(PODS.map(({ name, n }) => [name, `127.77.${n}.1`])));
    const applications = Object.fromEntries(of('Sidecar').map(({ metadata, spec }) => [metadata.name, [spec.ingress[0].defaultEndpoint, spec.egress[0].bind]]));
    expect(applications).toEqual(Object.fromEntries(PODS.flatMap(({ name, n, app }) => (app ? [[name, [`127.0.0.1:${19_000 + n}`, `127.77.${n}.2`]]] : []))));
  });

  it('all begin with the subnet that a launcher may replace', () => {
    const addresses = files.flatMap((file) => readFileSync(join(examples, file), 'utf8').match(/\b127\.[\d.]+/g) ?? []);
    expect(addresses.filter((address) => !address.startsWith('127.77.') && address !== '127.0.0.1')).toEqual([]);
  });
});
