import type { AttributeManifest } from '@quartet/api/istio/policy/v1beta1/cfg';
import { ExprError, typeOfExpression, ValueType } from '@quartet/mixer-expr';
import type { ConfigObject } from '@quartet/model';
import type { MixerAction } from './mixer-config.js';
import { NotTranslatable } from '../not-translatable.js';

/**
 * Whether Mixer has the rule, and reads it and its instances as CEXL: a type check of its match against the attribute manifests of the folder: Mixer skips a rule that fails it, and so
 * must what replaces it. Without manifests the types are not checked.
 * @throws NotTranslatable
 */
export function checkRule({ rule, instances }: MixerAction, objects: readonly ConfigObject[]): void {
  for (const { metadata } of [rule, ...instances.map(({ object }) => object)]) {
    const language = metadata.annotations['policy.istio.io/lang'];
    if (language === 'CEL' || language === 'COMPAT') throw new NotTranslatable(`${metadata.name} is written in ${language}; only CEXL is read`);
  }
  checkMatch(rule.spec.match, objects);
}

function checkMatch(match: string, objects: readonly ConfigObject[]): void {
  const manifests = objects.filter(({ kind }) => kind === 'attributemanifest') as ConfigObject<AttributeManifest>[];
  if (manifests.length === 0 || match.trim() === '') return;
  const types = new Map(manifests.flatMap(({ spec }) => Object.entries(spec.attributes).map(([name, { valueType }]) => [name, valueType as number as ValueType] as const)));
  let type: ValueType;
  try {
    type = typeOfExpression(match, { attributes: (name) => types.get(name) });
  } catch (error) {
    if (error instanceof ExprError) throw new NotTranslatable(`Mixer itself skips this rule: ${error.message}`);
    throw error;
  }
  if (type !== ValueType.BOOL) throw new NotTranslatable('Mixer itself skips this rule: its match is no condition');
}
