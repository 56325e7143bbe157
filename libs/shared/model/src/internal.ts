// The second door: single rules of validation, for tests that compare them one by one.
import { validateLabels } from './validation/label-map.js';
import { validateLocality, validateLocalityOverlap } from './validation/locality.js';
import { Report, type Fault } from './validation/report.js';

export * from './validation/primitives.js';
export { conditionFault } from './validation/authorization-policy.js';
export { connectTimeout, shutdownFault } from './validation/proxy-config.js';

/** The first fault of a map of labels. */
export function labelMap(labels: Readonly<Record<string, string>>): Fault {
  return Report.collect('', (report) => validateLabels(report, 'labels', labels))[0]?.message;
}

/** The first fault of localities that must not overlap. */
export function localities(list: readonly string[]): Fault {
  const overlaps = Report.collect('', (report) => validateLocalityOverlap(report, 'localities', list));
  return list.map(validateLocality).find((fault) => fault !== undefined) ?? overlaps[0]?.message;
}
