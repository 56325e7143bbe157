import { Policy } from '@quartet/api/istio/authentication/v1alpha1/policy';
import { MeshConfig } from '@quartet/api/istio/mesh/v1alpha1/config';
import { Info } from '@quartet/api/istio/mixer/adapter/model/v1beta1/info';
import { Template } from '@quartet/api/istio/mixer/adapter/model/v1beta1/template';
import { HTTPAPISpec, HTTPAPISpecBinding } from '@quartet/api/istio/mixer/v1/config/client/api_spec';
import { QuotaSpec, QuotaSpecBinding } from '@quartet/api/istio/mixer/v1/config/client/quota';
import { DestinationRule } from '@quartet/api/istio/networking/v1alpha3/destination_rule';
import { EnvoyFilter } from '@quartet/api/istio/networking/v1alpha3/envoy_filter';
import { Gateway } from '@quartet/api/istio/networking/v1alpha3/gateway';
import { ServiceEntry } from '@quartet/api/istio/networking/v1alpha3/service_entry';
import { Sidecar } from '@quartet/api/istio/networking/v1alpha3/sidecar';
import { VirtualService } from '@quartet/api/istio/networking/v1alpha3/virtual_service';
import { AttributeManifest, Handler, Instance, Rule } from '@quartet/api/istio/policy/v1beta1/cfg';
import { RbacConfig, ServiceRole, ServiceRoleBinding } from '@quartet/api/istio/rbac/v1alpha1/rbac';
import { AuthorizationPolicy } from '@quartet/api/istio/security/v1beta1/authorization';
import { RateLimit } from '@quartet/api/quartet/v1alpha1/rate_limit';
import { messageKind, plainKind, structMessageKind, type Codec, type Kind, type KindName, type Parsed } from './kind.js';
import { legacyMixerKinds } from './legacy-mixer-kinds.js';

type Place = Omit<KindName, 'kind' | 'plural' | 'clusterScoped'>;
const at = (group: string, version: string, directory: string) => (plural: string): Place => ({ group, version, collection: `${directory}/${plural}` });
const networking = at('networking.istio.io', 'v1alpha3', 'istio/networking/v1alpha3');
const authentication = at('authentication.istio.io', 'v1alpha1', 'istio/authentication/v1alpha1');
const rbac = at('rbac.istio.io', 'v1alpha1', 'istio/rbac/v1alpha1');
const security = at('security.istio.io', 'v1beta1', 'istio/security/v1beta1');
const config = at('config.istio.io', 'v1alpha2', 'istio/config/v1alpha2');
const client = at('config.istio.io', 'v1alpha2', 'istio/mixer/v1/config/client');
const policy = at('config.istio.io', 'v1alpha2', 'istio/policy/v1beta1');
const core = at('', 'v1', 'k8s/core/v1');

type Row = [kind: string, plural: string, place: (plural: string) => Place, message: string, codec: Codec<unknown>, clusterScoped?: boolean];

const pilotRows: readonly Row[] = [
  ['VirtualService', 'virtualservices', networking, 'istio.networking.v1alpha3.VirtualService', VirtualService],
  ['DestinationRule', 'destinationrules', networking, 'istio.networking.v1alpha3.DestinationRule', DestinationRule],
  ['Gateway', 'gateways', networking, 'istio.networking.v1alpha3.Gateway', Gateway],
  ['ServiceEntry', 'serviceentries', networking, 'istio.networking.v1alpha3.ServiceEntry', ServiceEntry],
  ['Sidecar', 'sidecars', networking, 'istio.networking.v1alpha3.Sidecar', Sidecar],
  ['EnvoyFilter', 'envoyfilters', networking, 'istio.networking.v1alpha3.EnvoyFilter', EnvoyFilter],
  ['Policy', 'policies', authentication, 'istio.authentication.v1alpha1.Policy', Policy],
  ['MeshPolicy', 'meshpolicies', authentication, 'istio.authentication.v1alpha1.Policy', Policy, true],
  ['ServiceRole', 'serviceroles', rbac, 'istio.rbac.v1alpha1.ServiceRole', ServiceRole],
  ['ServiceRoleBinding', 'servicerolebindings', rbac, 'istio.rbac.v1alpha1.ServiceRoleBinding', ServiceRoleBinding],
  ['RbacConfig', 'rbacconfigs', rbac, 'istio.rbac.v1alpha1.RbacConfig', RbacConfig],
  ['ClusterRbacConfig', 'clusterrbacconfigs', rbac, 'istio.rbac.v1alpha1.RbacConfig', RbacConfig, true],
  ['AuthorizationPolicy', 'authorizationpolicies', security, 'istio.security.v1beta1.AuthorizationPolicy', AuthorizationPolicy],
  ['HTTPAPISpec', 'httpapispecs', config, 'istio.mixer.v1.config.client.HTTPAPISpec', HTTPAPISpec],
  ['HTTPAPISpecBinding', 'httpapispecbindings', config, 'istio.mixer.v1.config.client.HTTPAPISpecBinding', HTTPAPISpecBinding],
  ['QuotaSpec', 'quotaspecs', client, 'istio.mixer.v1.config.client.QuotaSpec', QuotaSpec],
  ['QuotaSpecBinding', 'quotaspecbindings', client, 'istio.mixer.v1.config.client.QuotaSpecBinding', QuotaSpecBinding],
];

const mixerRows: readonly Row[] = [
  ['rule', 'rules', policy, 'istio.policy.v1beta1.Rule', Rule],
  ['handler', 'handlers', policy, 'istio.policy.v1beta1.Handler', Handler],
  ['instance', 'instances', policy, 'istio.policy.v1beta1.Instance', Instance],
  ['attributemanifest', 'attributemanifests', policy, 'istio.policy.v1beta1.AttributeManifest', AttributeManifest],
];

const named = (kind: string, plural: string, place: Place, clusterScoped = false): KindName => ({ kind, plural, ...place, clusterScoped });
const build = (severity: 'error' | 'warning') => ([kind, plural, place, message, codec, clusterScoped]: Row): Kind =>
  messageKind(named(kind, plural, place(plural), clusterScoped), message, codec, severity);

/** The 23 kinds that Istio 1.4 installs as CRDs. */
export const istioKinds: readonly Kind[] = Object.freeze([
  ...pilotRows.map(build('warning')),
  ...mixerRows.map(build('error')),
  structMessageKind(named('adapter', 'adapters', config('adapters')), 'istio.mixer.adapter.model.v1beta1.Info', Info),
  structMessageKind(named('template', 'templates', config('templates')), 'istio.mixer.adapter.model.v1beta1.Template', Template),
]);

/** The mesh file; its one object is named `meshconfig`. Not a CRD: the whole document is the spec. */
export const meshConfigKind: Kind<MeshConfig> = messageKind(
  named('MeshConfig', 'meshconfigs', { group: 'mesh.istio.io', version: 'v1alpha1', collection: 'istio/mesh/v1alpha1/MeshConfig' }),
  'istio.mesh.v1alpha1.MeshConfig', MeshConfig, 'warning');

/** Services that Galley derives from Kubernetes; on MCP only. */
export const syntheticServiceEntryKind: Kind<ServiceEntry> = messageKind(
  named('ServiceEntry', 'serviceentries', { ...networking(''), collection: 'istio/networking/v1alpha3/synthetic/serviceentries' }),
  'istio.networking.v1alpha3.ServiceEntry', ServiceEntry, 'warning');

/** Kubernetes' own kinds; the spec is the whole object. */
export const kubernetesKinds: readonly Kind[] = Object.freeze([
  ...([['Pod', 'pods'], ['Service', 'services'], ['Endpoints', 'endpoints']] as const).map(([kind, plural]) => plainKind(named(kind, plural, core(plural)))),
  ...([['Node', 'nodes'], ['Namespace', 'namespaces']] as const).map(([kind, plural]) => plainKind(named(kind, plural, core(plural), true))),
] as Kind[]);

/** Settings of a component of the control plane, which Galley hands out on the control bus. */
export const componentConfigKind = plainKind(
  named('ComponentConfig', 'componentconfigs', { group: 'quartet.io', version: 'v1alpha1', collection: 'quartet/v1alpha1/componentconfigs' }, true));

/** Limits that a workload's Envoy keeps by itself. */
export const rateLimitKind: Kind<RateLimit> = messageKind(
  named('RateLimit', 'ratelimits', { group: 'quartet.io', version: 'v1alpha1', collection: 'quartet/v1alpha1/ratelimits' }), 'quartet.v1alpha1.RateLimit', RateLimit, 'error');

/** Every kind; see also `legacyMixerKinds`. */
export const kinds: readonly Kind[] = Object.freeze([
  ...istioKinds, meshConfigKind, syntheticServiceEntryKind, ...kubernetesKinds, componentConfigKind, rateLimitKind, ...legacyMixerKinds,
] as Kind[]);

const byName = new Map(kinds.filter((kind) => kind !== syntheticServiceEntryKind).map((kind) => [`${kind.group}/${kind.version}/${kind.kind}`, kind]));
const byCollection = new Map(kinds.map((kind) => [kind.collection, kind]));

/** @param apiVersion as in a manifest: `networking.istio.io/v1alpha3`, `v1`. */
export function kindByName(apiVersion: string, kind: string): Kind | undefined {
  return byName.get(`${apiVersion.includes('/') ? '' : '/'}${apiVersion}/${kind}`);
}

export function kindByCollection(collection: string): Kind | undefined {
  return byCollection.get(collection);
}

/** The spec of an object from its JSON, strictly; every fault is a problem with its field path (starting with `spec`). */
export function parseSpec<T = unknown>(kind: Kind<T>, json: unknown, root = 'spec'): Parsed<T> {
  return kind.parse(json, root);
}
