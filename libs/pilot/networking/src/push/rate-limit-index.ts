import type { RateLimit } from '@quartet/api/quartet/v1alpha1/rate_limit';
import { labels as labelSets, validateObject, type ConfigObject } from '@quartet/model';
import type { Diagnostics } from '../diagnostics.js';
import { byAge, objectName } from './config-list.js';

export type RateLimitObject = ConfigObject<RateLimit>;

/** RateLimits by namespace, oldest first. Immutable. */
export interface RateLimitIndex {
  /** Those that select a workload: the root namespace's, then its own namespace's. */
  limitsFor(namespace: string, labels: Readonly<Record<string, string>>): readonly RateLimitObject[];
}

/** Faulty objects, which Envoy might refuse together with the whole listener, are reported and left out. */
export function indexRateLimits(objects: readonly RateLimitObject[], options: { rootNamespace: string; diagnostics: Diagnostics }): RateLimitIndex {
  const valid = [...objects].sort(byAge).filter((object) => {
    const errors = validateObject(object).filter(({ severity }) => severity === 'error');
    for (const { path, message } of errors) options.diagnostics.error('INVALID_FIELD', { object: objectName(object), field: path.replace(/^spec\./, '') }, `${message}; the object is left out`);
    return errors.length === 0;
  });
  return {
    limitsFor: (namespace, labels) =>
      [...new Set([options.rootNamespace, namespace])].flatMap((owner) =>
        valid.filter(({ metadata, spec }) => metadata.namespace === owner && labelSets.selects(spec.workloadSelector?.labels, labels)),
      ),
  };
}
