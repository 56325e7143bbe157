import type { ConfigObject, ConfigSnapshot } from '@quartet/model';

// What Mixer reads of the specs: the messages of istio.policy.v1beta1, of which absent fields are at their zero value.

export interface RuleSpec {
  readonly match?: string;
  readonly actions?: readonly ActionSpec[];
  readonly requestHeaderOperations?: readonly HeaderOperationSpec[];
  readonly responseHeaderOperations?: readonly HeaderOperationSpec[];
}

export interface ActionSpec {
  readonly handler?: string;
  readonly instances?: readonly string[];
  readonly name?: string;
}

export interface HeaderOperationSpec {
  readonly name?: string;
  readonly values?: readonly string[];
  /** REPLACE 0, REMOVE 1, APPEND 2. */
  readonly operation?: number;
}

export interface HandlerSpec {
  readonly compiledAdapter?: string;
  readonly adapter?: string;
  readonly params?: unknown;
  readonly connection?: unknown;
}

export interface InstanceSpec {
  readonly compiledTemplate?: string;
  readonly template?: string;
  readonly params?: unknown;
  readonly attributeBindings?: Readonly<Record<string, string>>;
}

export interface AttributeManifestSpec {
  readonly attributes?: Readonly<Record<string, { readonly valueType?: number }>>;
}

/** All of Mixer's configuration at one moment. */
export interface MixerConfig {
  readonly rules: readonly ConfigObject<RuleSpec>[];
  readonly handlers: readonly ConfigObject<HandlerSpec>[];
  readonly instances: readonly ConfigObject<InstanceSpec>[];
  readonly manifests: readonly ConfigObject<AttributeManifestSpec>[];
  /** Objects of one kind an adapter (spec = its params) and one kind a template (spec = the instance's params). */
  readonly legacy: readonly ConfigObject[];
}

const policy = 'istio/policy/v1beta1';
const legacyPrefix = 'istio/config/v1alpha2/legacy';

export const mixerCollections = { rules: `${policy}/rules`, handlers: `${policy}/handlers`, instances: `${policy}/instances`, manifests: `${policy}/attributemanifests` } as const;

/** @param legacyPlurals collections `istio/config/v1alpha2/legacy/<plural>` to read as well */
export function mixerConfigOf(snapshot: ConfigSnapshot, legacyPlurals: readonly string[] = []): MixerConfig {
  return {
    rules: snapshot.list(mixerCollections.rules),
    handlers: snapshot.list(mixerCollections.handlers),
    instances: snapshot.list(mixerCollections.instances),
    manifests: snapshot.list(mixerCollections.manifests),
    legacy: legacyPlurals.flatMap((plural) => snapshot.list(`${legacyPrefix}/${plural}`)),
  };
}
