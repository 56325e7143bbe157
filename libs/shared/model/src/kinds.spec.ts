import { describe, expect, it } from 'vitest';
import type { DescMessage } from '@bufbuild/protobuf';
import type { VirtualService } from '@quartet/api/istio/networking/v1alpha3/virtual_service';
import { describeMessage } from './descriptors.js';
import { istioKinds, kindByCollection, kindByName, kinds, meshConfigKind, parseSpec } from './kinds.js';
import { legacyMixerKinds } from './legacy-mixer-kinds.js';
import { hasErrors } from './problem.js';

const kindOf = (apiVersion: string, name: string) => {
  const kind = kindByName(apiVersion, name);
  if (kind === undefined) throw new Error(`no kind ${apiVersion}/${name}`);
  return kind;
};

describe('kinds', () => {
  it('are the 23 CRDs of 1.4, and 31 legacy Mixer kinds', () => {
    expect(istioKinds).toHaveLength(23);
    expect(legacyMixerKinds).toHaveLength(31);
    expect(new Set(kinds.map((kind) => kind.collection)).size).toBe(kinds.length);
    expect(kinds.filter((kind) => kind.clusterScoped).map((kind) => kind.kind)).toEqual(['MeshPolicy', 'ClusterRbacConfig', 'Node', 'Namespace', 'ComponentConfig']);
  });

  it.each([
    ['networking.istio.io/v1alpha3', 'VirtualService', 'istio/networking/v1alpha3/virtualservices'],
    ['config.istio.io/v1alpha2', 'QuotaSpec', 'istio/mixer/v1/config/client/quotaspecs'],
    ['config.istio.io/v1alpha2', 'rule', 'istio/policy/v1beta1/rules'],
    ['config.istio.io/v1alpha2', 'adapter', 'istio/config/v1alpha2/adapters'],
    ['config.istio.io/v1alpha2', 'prometheus', 'istio/config/v1alpha2/legacy/prometheuses'],
    ['v1', 'Pod', 'k8s/core/v1/pods'],
  ])('%s %s is in %s', (apiVersion, name, collection) => {
    expect(kindOf(apiVersion, name).collection).toBe(collection);
    expect(kindByCollection(collection)?.kind).toBe(name);
  });

  it('knows no kind by a wrong version', () => expect(kindByName('networking.istio.io/v1', 'VirtualService')).toBeUndefined());

  it('names its fields as the generated code does', () => {
    for (const kind of [...istioKinds, meshConfigKind]) {
      const spec = parseSpec(kind, {}).spec as Record<string, unknown>;
      expect(Object.keys(spec).sort(), kind.kind).toEqual(localNames(describeMessage(kind.messageName === 'google.protobuf.Struct' ? structMessages[kind.kind] ?? '' : kind.messageName)));
    }
  });

  it('carries an adapter as a Struct', () => {
    const adapter = kindOf('config.istio.io/v1alpha2', 'adapter');
    const { spec } = parseSpec(adapter, { name: 'mine', session_based: true, templates: ['metric'] });
    expect(adapter.typeUrl).toBe('type.googleapis.com/google.protobuf.Struct');
    expect(adapter.decode(adapter.encode(spec))).toEqual(spec);
  });
});

const structMessages: Record<string, string> = {
  adapter: 'istio.mixer.adapter.model.v1beta1.Info', template: 'istio.mixer.adapter.model.v1beta1.Template',
};
const localNames = (message: DescMessage) => message.fields.map((field) => field.localName).sort();

describe('parseSpec', () => {
  const virtualService = kindOf('networking.istio.io/v1alpha3', 'VirtualService');
  const sample = {
    hosts: ['reviews'],
    http: [{
      match: [{ uri: { prefix: '/a' }, headers: { 'end-user': { exact: 'jason' } }, source_labels: { app: 'x' } }],
      route: [{ destination: { host: 'reviews', subset: 'v1', port: { number: 9080 } }, weight: 100 }],
      timeout: '1m0.5s', mirror_percent: 0, corsPolicy: { maxAge: '24h', allowCredentials: true },
      fault: { abort: { http_status: 500, percentage: { value: 12.5 } } },
    }],
  };

  it('reads camelCase and snake_case, wrappers, durations and oneofs', () => {
    const { spec, problems } = parseSpec(virtualService, sample);
    const [route] = (spec as VirtualService).http;
    expect(problems).toEqual([]);
    expect(route).toMatchObject({
      timeout: { seconds: 60, nanos: 500_000_000 }, mirrorPercent: 0, corsPolicy: { maxAge: { seconds: 86_400, nanos: 0 }, allowCredentials: true },
      fault: { abort: { httpStatus: 500, grpcStatus: undefined, percentage: { value: 12.5 } } },
      match: [{ uri: { prefix: '/a', exact: undefined }, headers: { 'end-user': { exact: 'jason' } }, sourceLabels: { app: 'x' } }],
    });
    expect(virtualService.decode(virtualService.encode(spec))).toEqual(spec);
  });

  it.each([
    [{ hots: ['a'] }, 'spec.hots', 'unknown field'],
    [{ host: ['a'] }, 'spec.host', 'unknown field; did you mean hosts?'],
    [{ http: [{ Timeout: '1s' }] }, 'spec.http[0].Timeout', 'did you mean timeout?'],
    [{ hosts: 'a' }, 'spec.hosts', 'expected a list, got the string "a"'],
    [{ hosts: [1] }, 'spec.hosts[0]', 'expected a string, got the number 1; put it in quotes'],
    [{ http: [{ route: [{}, { weight: '5x' }] }] }, 'spec.http[0].route[1].weight', 'expected an integer'],
    [{ http: [{ route: [{ weight: 2 ** 31 }] }] }, 'spec.http[0].route[0].weight', 'outside the range of int32'],
    [{ http: [{ timeout: '5' }] }, 'spec.http[0].timeout', 'expected a duration'],
    [{ http: [{ websocketUpgrade: 'yes' }] }, 'spec.http[0].websocketUpgrade', 'expected true or false'],
    [{ http: [{ match: [{ uri: { exact: '/', prefix: '/' } }] }] }, 'spec.http[0].match[0].uri.prefix', 'excludes exact'],
    [{ http: [{ mirror_percent: 1, mirrorPercent: 2 }] }, 'spec.http[0].mirrorPercent', 'is given twice'],
    [{ http: [{ match: [{ headers: { 'x-a': null } }] }] }, 'spec.http[0].match[0].headers.x-a', 'expected an object, got null'],
    [[], 'spec', 'expected an object, got a list'],
  ])('reports %j', (json, path, message) => {
    const { problems } = parseSpec(virtualService, json);
    expect(problems).toEqual([expect.objectContaining({ path, message: expect.stringContaining(message) })]);
  });

  it('takes an enum by name or number and lists the choices otherwise', () => {
    const rule = kindOf('networking.istio.io/v1alpha3', 'DestinationRule');
    const mode = (value: unknown) => parseSpec(rule, { host: 'a', trafficPolicy: { tls: { mode: value } } });
    expect([mode('ISTIO_MUTUAL').problems, mode(3).problems]).toEqual([[], []]);
    expect(mode('istio_mutual').problems[0]).toMatchObject({ path: 'spec.trafficPolicy.tls.mode', message: 'expected one of DISABLE, SIMPLE, MUTUAL, ISTIO_MUTUAL, got the string "istio_mutual"' });
    expect(mode(9).problems).toHaveLength(1);
  });

  it('selects the oneof case of an empty YAML value', () => {
    const { spec } = parseSpec(kindOf('authentication.istio.io/v1alpha1', 'Policy'), { peers: [{ mtls: null }] });
    expect(spec).toMatchObject({ peers: [{ mtls: { allowTls: false, mode: 0 }, jwt: undefined }] });
  });

  it('refuses unknown fields in the kinds of Mixer and warns of them in the kinds of Pilot', () => {
    expect(hasErrors(parseSpec(kindOf('config.istio.io/v1alpha2', 'rule'), { matches: '' }).problems)).toBe(true);
    expect(hasErrors(parseSpec(virtualService, { hots: [] }).problems)).toBe(false);
  });

  it.each([
    ['metric', { value: '1', dimensions: { a: 'source.name | "unknown"' } }, undefined],
    ['metric', { value: 1 }, 'spec.value'],
    ['quota', { dimension: {} }, 'spec.dimension'],
    ['kubernetes', { source_uid: 'source.uid', attribute_bindings: { 'source.name': '$out.source_pod_name' } }, undefined],
    ['denier', { status: { code: 7, message: 'no' }, validDuration: '1s' }, undefined],
    ['listchecker', { entryType: 'GLOBS' }, 'spec.entryType'],
    ['noop', {}, undefined],
    ['noop', { a: 1 }, 'spec.a'],
    ['opa', { anything: 1 }, undefined],
  ])('checks the legacy kind %s: %j', (kind, json, path) => {
    const { spec, problems } = parseSpec(kindOf('config.istio.io/v1alpha2', kind), json);
    expect(spec).toEqual(json);
    expect(problems.map((problem) => problem.path)).toEqual(path === undefined ? [] : [path]);
  });

  it('keeps free JSON as it is', () => {
    const { spec, problems } = parseSpec(kindOf('config.istio.io/v1alpha2', 'handler'), { compiledAdapter: 'stdio', params: { severity_levels: { warning: 1 }, list: [null, 'x'] } });
    expect(problems).toEqual([]);
    expect(spec).toMatchObject({ compiledAdapter: 'stdio', params: { severity_levels: { warning: 1 }, list: [null, 'x'] } });
  });
});
