import { JwtAuthentication, JwtProvider, JwtRequirement, RequirementRule } from '@quartet/api/envoy/extensions/filters/http/jwt_authn/v3/config';
import type { HttpFilter } from '@quartet/api/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager';
import { RouteMatch } from '@quartet/api/envoy/config/route/v3/route_components';
import type { AuthenticationView, JwtProviderView, PathMatchView } from '../view/authentication-view.js';
import { packAny } from './any.js';
import { httpFilter } from './mixer.js';

/**
 * End-user authentication. Istio 1.4 let jwt_authn pass everything and had a filter of its own refuse; a stock Envoy has only
 * jwt_authn, which therefore refuses itself: 401 without a valid token of one of the issuers.
 */
export function jwtFilter(view: AuthenticationView): HttpFilter {
  const config = JwtAuthentication.fromPartial({
    providers: Object.fromEntries(view.providers.map((provider) => [provider.name, jwtProvider(provider)])),
    rules: rules(view),
    bypassCorsPreflight: true,
  });
  return httpFilter('envoy.filters.http.jwt_authn', packAny('envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication', JwtAuthentication, config));
}

function jwtProvider(view: JwtProviderView): JwtProvider {
  return JwtProvider.fromPartial({
    issuer: view.issuer,
    audiences: [...view.audiences],
    forward: true,
    payloadInMetadata: view.issuer,
    fromHeaders: view.headers.map((name) => ({ name, valuePrefix: name === 'ingress-authorization' ? 'istio' : '' })),
    fromParams: [...view.params],
    localJwks: { inlineString: view.jwks },
  });
}

/** Trigger rules decide by path whether a token is asked for; the first rule that matches a path counts. */
function rules(view: AuthenticationView): RequirementRule[] {
  const triggers = view.providers.map(({ trigger }) => trigger);
  const always = RequirementRule.fromPartial({ match: { prefix: '/' }, requires: requirement(view) });
  if (triggers.some((trigger) => trigger.length === 0)) return [always];
  const all = triggers.flat();
  const excluded = all.flatMap((trigger) => trigger.excluded).map((path) => RequirementRule.fromPartial({ match: pathMatch(path) }));
  const included = all.flatMap((trigger) => trigger.included).map((path) => RequirementRule.fromPartial({ match: pathMatch(path), requires: requirement(view) }));
  return all.some((trigger) => trigger.included.length === 0) ? [...excluded, always] : [...excluded, ...included];
}

function requirement(view: AuthenticationView): JwtRequirement {
  const providers = view.providers.map(({ name }) => JwtRequirement.fromPartial({ providerName: name }));
  const optional = view.originIsOptional ? [JwtRequirement.fromPartial({ allowMissingOrFailed: {} })] : [];
  const [only] = providers;
  if (providers.length === 1 && optional.length === 0 && only) return only;
  return JwtRequirement.fromPartial({ requiresAny: { requirements: [...providers, ...optional] } });
}

const quote = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

function pathMatch(path: PathMatchView): RouteMatch {
  if ('prefix' in path) return RouteMatch.fromPartial({ prefix: path.prefix });
  if ('suffix' in path) return RouteMatch.fromPartial({ safeRegex: { regex: `.*${quote(path.suffix)}` } });
  return RouteMatch.fromPartial('regex' in path ? { safeRegex: { regex: path.regex } } : { path: path.exact });
}
