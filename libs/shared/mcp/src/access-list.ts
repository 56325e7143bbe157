/** Who is on the other end, as far as TLS has proved it. */
export type Peer =
  | { readonly kind: 'none' }
  | { readonly kind: 'not-tls' }
  /** Names (URI, DNS, IP) of the certificates in the verified chains. */
  | { readonly kind: 'tls'; readonly ids: readonly string[] };

export interface AccessRules {
  /** True: listed ids are refused. False: only listed ids are let in. */
  readonly blacklist: boolean;
  readonly ids: ReadonlySet<string>;
}

/** Undefined if the peer may connect, else why not (Istio 1.4 pkg/mcp/server/listchecker.go). */
export function refuse(peer: Peer, { blacklist, ids }: AccessRules): string | undefined {
  if (peer.kind === 'none') return 'denying by default';
  if (peer.kind === 'not-tls') return 'unable to extract TLS info';
  const listed = peer.ids.find((id) => ids.has(id));
  if (blacklist) return listed === undefined ? undefined : `id is blacklisted: ${listed}`;
  return listed === undefined ? "no allowed identity found in peer's authentication info" : undefined;
}

/** The access list file: `isblacklist: bool`, `allowed: [id]`. @throws Error that names the field at fault. */
export function parseAccessList(value: unknown): AccessRules {
  const file = (value ?? {}) as { isblacklist?: unknown; allowed?: unknown };
  if (typeof value !== 'object' && value !== undefined) throw new Error('access list: want an object');
  if (file.isblacklist !== undefined && typeof file.isblacklist !== 'boolean') throw new Error('access list: isblacklist: want true or false');
  const allowed = file.allowed ?? [];
  if (!Array.isArray(allowed) || !allowed.every((id) => typeof id === 'string')) throw new Error('access list: allowed: want a list of strings');
  return { blacklist: file.isblacklist ?? false, ids: new Set(allowed) };
}

/** Without a file nobody is listed and everybody with a certificate may connect. */
export const allowAll: AccessRules = Object.freeze({ blacklist: true, ids: new Set<string>() });

/** Ids of a certificate's subject alternative names as Node prints them: `URI:spiffe://..., DNS:name, IP Address:1.2.3.4`. */
export function subjectIds(subjectAltName: string | undefined): string[] {
  return (subjectAltName ?? '').split(', ').flatMap((entry) => /^(?:URI|DNS|IP Address):(.*)$/.exec(entry)?.[1] ?? []);
}
