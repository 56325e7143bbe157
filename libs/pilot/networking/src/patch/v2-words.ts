/** Names of filters in Envoy's v2 API, which users' patches still use, and what they are called now. */
const names: Readonly<Record<string, string>> = {
  'envoy.http_connection_manager': 'envoy.filters.network.http_connection_manager', 'envoy.tcp_proxy': 'envoy.filters.network.tcp_proxy',
  'envoy.mongo_proxy': 'envoy.filters.network.mongo_proxy', 'envoy.redis_proxy': 'envoy.filters.network.redis_proxy',
  'envoy.router': 'envoy.filters.http.router', 'envoy.cors': 'envoy.filters.http.cors', 'envoy.fault': 'envoy.filters.http.fault', 'envoy.lua': 'envoy.filters.http.lua',
  'envoy.grpc_web': 'envoy.filters.http.grpc_web', 'envoy.health_check': 'envoy.filters.http.health_check', 'envoy.rate_limit': 'envoy.filters.http.ratelimit',
  'envoy.ext_authz': 'envoy.filters.http.ext_authz', 'envoy.listener.tls_inspector': 'envoy.filters.listener.tls_inspector',
  'envoy.listener.http_inspector': 'envoy.filters.listener.http_inspector', 'envoy.listener.original_dst': 'envoy.filters.listener.original_dst',
  'envoy.file_access_log': 'envoy.access_loggers.file', 'envoy.http_grpc_access_log': 'envoy.access_loggers.http_grpc',
};

/** Message of the configuration of a filter, for patches that give it without a type. */
const messages: Readonly<Record<string, string>> = {
  'envoy.filters.network.http_connection_manager': 'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
  'envoy.filters.network.tcp_proxy': 'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy',
  'envoy.filters.network.mongo_proxy': 'envoy.extensions.filters.network.mongo_proxy.v3.MongoProxy',
  'envoy.filters.network.redis_proxy': 'envoy.extensions.filters.network.redis_proxy.v3.RedisProxy',
  'envoy.filters.network.rbac': 'envoy.extensions.filters.network.rbac.v3.RBAC',
  'envoy.filters.http.router': 'envoy.extensions.filters.http.router.v3.Router',
  'envoy.filters.http.cors': 'envoy.extensions.filters.http.cors.v3.Cors',
  'envoy.filters.http.fault': 'envoy.extensions.filters.http.fault.v3.HTTPFault',
  'envoy.filters.http.lua': 'envoy.extensions.filters.http.lua.v3.Lua',
  'envoy.filters.http.grpc_web': 'envoy.extensions.filters.http.grpc_web.v3.GrpcWeb',
  'envoy.filters.http.health_check': 'envoy.extensions.filters.http.health_check.v3.HealthCheck',
  'envoy.filters.http.ratelimit': 'envoy.extensions.filters.http.ratelimit.v3.RateLimit',
  'envoy.filters.http.ext_authz': 'envoy.extensions.filters.http.ext_authz.v3.ExtAuthz',
  'envoy.filters.http.rbac': 'envoy.extensions.filters.http.rbac.v3.RBAC',
  'envoy.filters.http.jwt_authn': 'envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication',
  'envoy.filters.listener.tls_inspector': 'envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector',
  'envoy.filters.listener.http_inspector': 'envoy.extensions.filters.listener.http_inspector.v3.HttpInspector',
  'envoy.filters.listener.original_dst': 'envoy.extensions.filters.listener.original_dst.v3.OriginalDst',
  'envoy.access_loggers.file': 'envoy.extensions.access_loggers.file.v3.FileAccessLog',
};

export const currentName = (name: string): string => names[name] ?? name;

type Json = unknown;
type JsonObject = Record<string, Json>;
const isObject = (value: Json): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);

const matchers: Readonly<Record<string, string>> = {
  exact_match: 'exact', exactMatch: 'exact', prefix_match: 'prefix', prefixMatch: 'prefix', suffix_match: 'suffix', suffixMatch: 'suffix',
};

/** A patch value in today's words: filter names, `config` with the type that its filter has, header conditions. */
export function modernize(value: Json): Json {
  if (Array.isArray(value)) return value.map(modernize);
  if (!isObject(value)) return value;
  const result: JsonObject = {};
  for (const [key, child] of Object.entries(value)) {
    const matcher = matchers[key];
    if (matcher !== undefined && typeof child === 'string') result.string_match = { [matcher]: child };
    else if ((key === 'regex_match' || key === 'regexMatch') && typeof child === 'string') result.string_match = { safe_regex: { regex: child } };
    else result[key] = modernize(child);
  }
  if (typeof result.name === 'string') result.name = currentName(result.name);
  return typed(result);
}

/** v2's `config` is a free structure; its message follows from the filter's name. */
function typed(object: JsonObject): JsonObject {
  const { config, ...rest } = object;
  const message = typeof object.name === 'string' ? messages[object.name] : undefined;
  const given = rest.typed_config ?? rest.typedConfig;
  if (message === undefined || given !== undefined || (config !== undefined && !isObject(config))) return object;
  return { ...rest, typed_config: { '@type': `type.googleapis.com/${message}`, ...(config ?? {}) } };
}
