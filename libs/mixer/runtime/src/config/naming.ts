/** `name.kind.namespace`, the name by which config objects refer to each other. */
export function fullName(name: string, kind: string, namespace: string): string {
  return `${name}.${kind}.${namespace}`;
}

/** The part of a full name before the first dot: what a client calls a quota. */
export function shortName(full: string): string {
  const dot = full.indexOf('.');
  return dot < 0 ? full : full.slice(0, dot);
}

export interface Referrer {
  readonly namespace: string;
  /** The kind that the field expects: `handler`, `instance`. */
  readonly kind: string;
}

/**
 * What a reference in a rule means: a full name as it is; `name` in the referrer's namespace; `a.b` = kind b in the
 * referrer's namespace, or else namespace b. undefined = nothing has that name.
 */
export function resolveReference<T>(reference: string, { namespace, kind }: Referrer, known: ReadonlyMap<string, T>): T | undefined {
  const parts = reference.split('.');
  if (parts.length >= 3) return known.get(reference);
  if (parts.length === 1) return known.get(fullName(reference, kind, namespace));
  const [name = '', second = ''] = parts;
  return known.get(fullName(name, second, namespace)) ?? known.get(fullName(name, kind, second));
}
