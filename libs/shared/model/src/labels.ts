// Labels and selectors as Istio compares them (source: pkg/config/labels).

export type Labels = Readonly<Record<string, string>>;

/** True if `labels` carries every pair of `selector`; an empty selector selects everything. */
export function selects(selector: Labels | undefined, labels: Labels | undefined): boolean {
  for (const key in selector) if (labels?.[key] !== selector[key]) return false;
  return true;
}

/** True if `collection` is empty or one of its sets is part of `labels`. */
export function someSelects(collection: readonly (Labels | undefined)[] | undefined, labels: Labels | undefined): boolean {
  return collection === undefined || collection.length === 0 || collection.some((selector) => selects(selector, labels));
}

export function equal(a: Labels, b: Labels): boolean {
  return selects(a, b) && selects(b, a);
}

/** `k1=v1,k2=v2` with sorted keys. */
export function format(labels: Labels): string {
  return Object.keys(labels).sort().map((key) => `${key}=${labels[key]}`).join(',');
}
