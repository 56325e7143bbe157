import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { formatDocumentProblem } from './document-problem.js';
import { FolderParser, type BadDocuments } from './folder-parser.js';
import type { FolderState } from './folder-reader.js';

const GATEWAYS = 'istio/networking/v1alpha3/gateways';
const VIRTUAL_SERVICES = 'istio/networking/v1alpha3/virtualservices';
const MESH = 'istio/mesh/v1alpha1/MeshConfig';
const DEFAULT = 'default';

const folder = (files: Record<string, string>): FolderState => ({
  unreadable: [],
  files: Object.entries(files).map(([path, text]) => ({ path, text, digest: createHash('sha1').update(text).digest('hex') })),
});
const parser = (bad: BadDocuments = 'remove') => new FolderParser(DEFAULT, bad);
const read = (files: Record<string, string>, by = parser()) => {
  const { collections, problems } = by.parse(folder(files));
  return { problems: problems.map(formatDocumentProblem), names: (collection: string) => (collections.get(collection) ?? []).map(({ metadata }) => `${metadata.namespace}/${metadata.name}`), collections };
};

const gateway = (name: string, port = 8080) => `apiVersion: networking.istio.io/v1alpha3
kind: Gateway
metadata:
  name: ${name}
spec:
  selector: {istio: ingressgateway}
  servers:
  - port: {number: ${port}, name: http, protocol: HTTP}
    hosts: ["*"]
`;
const routes = (weight: number) => `apiVersion: networking.istio.io/v1alpha3
kind: VirtualService
metadata: {name: reviews, namespace: bookinfo}
spec:
  hosts: [reviews]
  http:
  - route:
    - destination: {host: reviews, subset: v1}
      weight: ${weight}
    - destination: {host: reviews, subset: v2}
      weight: 10
`;

describe('a folder', () => {
  test('gives the objects of all documents of all files, with their place', () => {
    const { problems, names, collections } = read({ 'a.yaml': `${gateway('one')}---\n${routes(90)}`, 'sub/b.yml': gateway('two') });
    expect(problems).toEqual([]);
    expect(names(GATEWAYS)).toEqual(['default/one', 'default/two']);
    expect(names(VIRTUAL_SERVICES)).toEqual(['bookinfo/reviews']);
    expect(collections.get(VIRTUAL_SERVICES)?.[0]).toMatchObject({ kind: 'VirtualService', origin: { file: 'a.yaml', line: 11 }, spec: { hosts: ['reviews'], http: [{ route: [{ weight: 90 }, { weight: 10 }] }] } });
  });

  test('names file, line and field of what is wrong while the rest goes on', () => {
    const bad = ['apiVersion: networking.istio.io/v1alpha3', 'kind: VirtualServices', 'metadata: {name: x}'].join('\n');
    const { problems, names } = read({ 'a.yaml': `${routes(95)}---\n${gateway('good')}---\n${bad}\n---\nkind: [\n---\n${gateway('also')}` });
    expect(problems).toHaveLength(3);
    expect(problems[0]).toMatch(/^a\.yaml:\d+: VirtualService bookinfo\/reviews: spec\.http\[0\].*: .*100/);
    expect(problems[1]).toMatch(/^a\.yaml:2[34]: VirtualServices x: kind: "VirtualServices" of "networking\.istio\.io\/v1alpha3" is not a known kind/);
    expect(problems[2]).toMatch(/^a\.yaml:\d+: not YAML: /);
    expect(names(GATEWAYS)).toEqual(['default/good', 'default/also']);
    expect(names(VIRTUAL_SERVICES)).toEqual([]);
  });

  test.each([
    ['metadata: {name: x}\nkind: Gateway', 'apiVersion: is required'],
    ['apiVersion: networking.istio.io/v1alpha3\nkind: Gateway\nmetadata: {}', 'metadata.name: is required'],
    ['apiVersion: v1\nkind: Pod\nmetadata: {name: x, labels: {version: 1}}', 'metadata.labels.version: expected a string, got the number 1'],
    ['- a\n- b', 'expected an object, got a list'],
    ['a: 1\na: 2', 'not YAML: Map keys must be unique'],
    ['a: *nowhere', 'not YAML: '],
  ])('refuses %j', (text, reason) => {
    expect(read({ 'x.yaml': text }).problems.join()).toContain(reason);
  });

  test('skips foreign kinds with a warning only', () => {
    const { problems } = parser().parse(folder({ 'x.yaml': 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}' }));
    expect(problems).toMatchObject([{ severity: 'warning', field: 'kind', line: 2 }]);
  });

  test('takes Pods whole and Lists apart', () => {
    const pod = 'apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata: {name: p}\n  status: {podIP: 127.77.1.1}\n- apiVersion: v1\n  kind: Pod\n  metadata: {name: 7}\n';
    const { collections, problems } = read({ 'pods.yaml': pod });
    expect(collections.get('k8s/core/v1/pods')).toMatchObject([{ spec: { kind: 'Pod', status: { podIP: '127.77.1.1' } }, origin: { line: 4 } }]);
    expect(problems).toEqual(['pods.yaml:10: Pod: metadata.name: expected a string, got the number 7']);
  });

  test('lets the first of two objects of one name stand', () => {
    const { problems, collections } = read({ 'a.yaml': gateway('g', 80), 'b.yaml': gateway('g', 81) });
    expect(problems).toEqual(['b.yaml:1: Gateway default/g: metadata.name: already defined at a.yaml:1; this one is left out']);
    expect(collections.get(GATEWAYS)).toMatchObject([{ spec: { servers: [{ port: { number: 80 } }] } }]);
  });
});

describe('a second reading', () => {
  test('keeps the very objects whose content is the same, whatever the text', () => {
    const by = parser();
    const before = read({ 'a.yaml': gateway('a') + '---\n' + gateway('b') }, by).collections.get(GATEWAYS);
    const after = read({ 'a.yaml': '# a comment\n' + gateway('a') + '---\n' + gateway('b', 81) }, by).collections.get(GATEWAYS);
    expect(after?.[0]).toBe(before?.[0]);
    expect(after?.[1]).not.toBe(before?.[1]);
    expect(after?.[1]?.metadata.resourceVersion).not.toBe(before?.[1]?.metadata.resourceVersion);
  });

  test('removes what turned bad, as Istio 1.4 does with files', () => {
    const by = parser();
    read({ 'a.yaml': routes(90) }, by);
    expect(read({ 'a.yaml': routes(95) }, by).names(VIRTUAL_SERVICES)).toEqual([]);
    expect(read({ 'a.yaml': routes(90) }, by).names(VIRTUAL_SERVICES)).toEqual(['bookinfo/reviews']);
  });

  test('or keeps it as it last was, if asked', () => {
    const by = parser('keep-last-good');
    read({ 'a.yaml': `${routes(90)}---\n${gateway('g')}`, 'b.yaml': gateway('h') }, by);
    const bad = read({ 'a.yaml': `${routes(95)}---\n${gateway('g')}`, 'b.yaml': 'kind: [' }, by);
    expect(bad.problems).toHaveLength(2);
    expect(bad.collections.get(VIRTUAL_SERVICES)).toMatchObject([{ spec: { http: [{ route: [{ weight: 90 }, {}] }] } }]);
    expect(bad.names(GATEWAYS)).toEqual(['default/g', 'default/h']);
    expect(read({ 'a.yaml': gateway('g') }, by).names(VIRTUAL_SERVICES)).toEqual([]);
  });
});

describe('the mesh file', () => {
  const mesh = (files: Record<string, string>, by = parser()) => {
    const { collections, problems } = read(files, by);
    return { mesh: collections.get(MESH)?.[0], problems };
  };

  test('goes over the defaults; without it they hold', () => {
    expect(mesh({}).mesh).toMatchObject({ metadata: { name: 'meshconfig', namespace: 'istio-system' }, spec: { rootNamespace: 'istio-system', disablePolicyChecks: true } });
    expect(mesh({ 'mesh.yaml': 'disablePolicyChecks: false' }).mesh).toMatchObject({ spec: { rootNamespace: 'istio-system', disablePolicyChecks: false } });
  });

  test('that turned bad leaves the mesh as it was', () => {
    const by = parser();
    const before = mesh({ 'mesh.yaml': 'rootNamespace: root' }, by).mesh;
    const after = mesh({ 'mesh.yaml': 'rootNamespace: root\nproxyListenPort: many' }, by);
    expect(after.mesh).toBe(before);
    expect(after.problems.join()).toMatch(/^mesh\.yaml:2: MeshConfig meshconfig: proxyListenPort: /);
    expect(mesh({ 'mesh.yaml': 'a: [' }, by).mesh).toBe(before);
  });
});
