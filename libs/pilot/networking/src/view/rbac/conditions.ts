import type { RbacRule } from '../rbac-view.js';
import { header, ipRule, portRule, some, textMatch } from './match.js';
import { claimRule, namespaceRule, principalRule, requestPrincipalRule, type PrincipalContext } from './principal-rules.js';
import { expandPrincipal } from './trust-domain.js';

/** A condition on a key, made for HTTP or TCP. */
export interface ConditionContext extends PrincipalContext {
  readonly protocol: 'http' | 'tcp';
  readonly trustDomain: string;
  readonly aliases: readonly string[];
}

/** `http-only`: can't be evaluated on TCP. `unknown`: no such key. */
export type ConditionResult = RbacRule | 'http-only' | 'unknown';

const bracketed = (key: string, prefix: string): string | undefined => (key.startsWith(`${prefix}[`) && key.endsWith(']') ? key.slice(prefix.length + 1, -1) : undefined);

/** Keys that say where the request goes: they become permissions. */
export function destinationCondition(key: string, values: readonly string[], context: ConditionContext): ConditionResult {
  const wildcard = context.wildcard;
  if (key === 'destination.ip') return some(values.map(ipRule('destination.ip')));
  if (key === 'destination.port') return some(values.map(portRule));
  if (key === 'connection.sni') return some(values.map((value) => ({ kind: 'connection.sni', match: textMatch(value, wildcard) })));
  const request = bracketed(key, 'request.headers');
  if (request !== undefined) return context.protocol === 'tcp' ? 'http-only' : some(values.map(header(request)));
  return key.startsWith('experimental.envoy.filters.') ? metadataCondition(key, values, context) : 'unknown';
}

/** `experimental.envoy.filters.a.b[c]`: metadata that filter `envoy.filters.a.b` left under c; a value `[v]` asks for a list that has v. */
function metadataCondition(key: string, values: readonly string[], { wildcard }: ConditionContext): ConditionResult {
  const open = key.indexOf('[');
  if (open < 0 || !key.endsWith(']')) return 'unknown';
  const filter = key.slice('experimental.'.length, open);
  const path = [key.slice(open + 1, -1)];
  return some(values.map((value): RbacRule => {
    const list = value.startsWith('[') && value.endsWith(']');
    return { kind: 'metadata', filter, path, match: textMatch(list ? value.slice(1, -1) : value, wildcard), list };
  }));
}

/** Keys that say who asks: they become principals. */
export function sourceCondition(key: string, values: readonly string[], context: ConditionContext): ConditionResult {
  const http = (make: (value: string) => RbacRule): ConditionResult => (context.protocol === 'tcp' ? 'http-only' : some(values.map(make)));
  switch (key) {
    case 'source.ip':
      return some(values.map(ipRule('source.ip')));
    case 'source.namespace':
      return some(values.map(namespaceRule));
    case 'source.principal':
      return some(values.flatMap((value) => expandPrincipal(value, context.trustDomain, context.aliases)).map((value) => principalRule(value, context)));
    case 'source.user':
      return http((value) => principalRule(value, context));
    case 'request.auth.principal':
      return http((value) => requestPrincipalRule(value, context));
    case 'request.auth.audiences':
      return http((value) => claimRule('aud', value, context));
    case 'request.auth.presenter':
      return http((value) => claimRule('azp', value, context));
    default: {
      const claim = bracketed(key, 'request.auth.claims');
      if (claim !== undefined) return http((value) => claimRule(claim, value, context));
      const name = bracketed(key, 'request.headers');
      return name === undefined ? 'unknown' : http(header(name));
    }
  }
}
