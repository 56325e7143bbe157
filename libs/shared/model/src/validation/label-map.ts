import { isDnsLabel } from './primitives.js';
import type { Report } from './report.js';

const name = /^[a-zA-Z0-9](?:[-_.a-zA-Z0-9]*[a-zA-Z0-9])?$/;

function isLabelKey(key: string): boolean {
  const slash = key.lastIndexOf('/');
  const prefix = slash < 0 ? undefined : key.slice(0, slash);
  const own = key.slice(slash + 1);
  return own.length <= 63 && name.test(own) && (prefix === undefined || (prefix.length <= 253 && prefix.split('.').every(isDnsLabel)));
}

/** A map of Kubernetes labels (source: pkg/config/labels Instance.Validate). */
export function validateLabels(report: Report, field: string, labels: Readonly<Record<string, string>> | undefined): void {
  report.entries(field, labels, (entry, value, key) => {
    if (!isLabelKey(key)) entry.error(`${JSON.stringify(key)} is not a valid label name`);
    if (value !== '' && !name.test(value)) entry.error(`${JSON.stringify(value)} is not a valid label value`);
  });
}
