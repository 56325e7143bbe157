// RBAC filters of 1.4 in v3. The peer's identity, which 1.4's authentication filter wrote into metadata, is taken from its certificate.
import { rewrite } from './plain.mjs';

const SCHEME = 'spiffe://';

export function rbac(config) {
  return rewrite(config, (object) => {
    const { sourceIp, metadata, authenticated, header, requestedServerName, ...rest } = object;
    if (sourceIp) return { ...rest, directRemoteIp: sourceIp };
    if (header) return { ...rest, header: headerMatcher(header) };
    if (requestedServerName) return { ...rest, requestedServerName: text(requestedServerName) };
    if (authenticated) return { ...rest, authenticated: { principalName: withoutSchemeInSuffix(text(authenticated.principalName)) } };
    if (metadata?.filter === 'istio_authn' && metadata.path?.[0]?.key === 'source.principal') {
      return { ...rest, authenticated: { principalName: withScheme(text(metadata.value.stringMatch)) } };
    }
    if (metadata?.value) return { ...rest, metadata: { ...metadata, value: value(metadata.value) } };
    return object;
  });
}

function value({ stringMatch, listMatch, ...rest }) {
  if (stringMatch) return { ...rest, stringMatch: text(stringMatch) };
  return listMatch?.oneOf?.stringMatch ? { ...rest, listMatch: { oneOf: { stringMatch: text(listMatch.oneOf.stringMatch) } } } : { ...rest, listMatch };
}

const text = ({ regex, safeRegex, ...rest }) => (regex === undefined && !safeRegex ? rest : { safeRegex: { regex: regex ?? safeRegex.regex } });

function withScheme({ exact, prefix, ...rest }) {
  if (exact !== undefined) return { exact: SCHEME + exact };
  return prefix === undefined ? rest : { prefix: SCHEME + prefix };
}

/** 1.4's TCP form never matched. */
const withoutSchemeInSuffix = ({ suffix, ...rest }) => (suffix === undefined ? rest : { suffix: suffix.replace(SCHEME, '') });

function headerMatcher({ exactMatch, prefixMatch, suffixMatch, regexMatch, ...rest }) {
  if (exactMatch !== undefined) return { ...rest, stringMatch: { exact: exactMatch } };
  if (prefixMatch !== undefined) return { ...rest, stringMatch: { prefix: prefixMatch } };
  if (suffixMatch !== undefined) return { ...rest, stringMatch: { suffix: suffixMatch } };
  return regexMatch === undefined ? rest : { ...rest, stringMatch: { safeRegex: { regex: regexMatch } } };
}
