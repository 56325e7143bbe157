/**
 * A principal of the local trust domain (or of an alias) stands for the same workload in all of them: one value per domain and alias.
 * Values of another form, or of another trust domain, stay.
 */
export function expandPrincipal(value: string, local: string, aliases: readonly string[]): string[] {
  const parts = value.split('/');
  const [domain = ''] = parts;
  const domains = [local, ...aliases];
  if (parts.length !== 5 || domain === '*' || domains.length < 2) return [value];
  const own = domain === 'cluster.local' || domains.some((candidate) => covers(domain, candidate));
  if (!own) return [value];
  const rest = parts.slice(1).join('/');
  const expanded = domains.map((candidate) => (covers(domain, candidate) && domain.startsWith('*') ? domain : candidate));
  return [...new Set(expanded)].map((candidate) => `${candidate}/${rest}`);
}

/** `*suffix`, `prefix*` or the same. */
function covers(pattern: string, domain: string): boolean {
  if (pattern.startsWith('*')) return domain.endsWith(pattern.slice(1));
  if (pattern.endsWith('*')) return domain.startsWith(pattern.slice(0, -1));
  return pattern === domain;
}
