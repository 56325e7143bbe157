// validation.json: whole objects, single values and the helpers of hosts, labels, protocols and JWKS addresses.
import { isDeepStrictEqual } from 'node:util';
import {
  defaultMeshConfig, formatProblem, hasErrors, host, kindByName, labels, meshConfigKind, parseJwksUri, parseMeshConfig, parseProtocol, parseSpec, validateObject,
} from '@quartet/model';
import * as rules from '@quartet/model/internal';

export const name = 'validation';

const values = {
  fqdn: rules.fqdn, wildcardDomain: rules.wildcardDomain, port: rules.port, portName: rules.dnsLabel, proxyAddress: rules.proxyAddress, duration: rules.duration,
  connectTimeout: rules.connectTimeout, httpHeaderName: rules.headerName, httpStatus: rules.httpStatus, localities: rules.localities,
  labels: (map) => rules.labelMap(map ?? {}),
  parentAndDrain: ({ drain, parent }) => rules.shutdownFault(drain, parent),
  rbacConditionAttribute: ({ key, values: list }) => rules.conditionFault(key, list),
};

const functions = {
  'host.matches': ({ a, b }) => host.matches(a, b),
  'host.subsetOf': ({ a, b }) => host.subsetOf(a, b),
  'hosts.intersection': ({ a, b }) => host.intersection(a, b),
  'hosts.forNamespace': ({ hosts, namespace }) => host.forNamespace(hosts, namespace),
  'hosts.sort': (hosts) => host.sort(hosts),
  'labelsCollection.hasSubsetOf': (input) => labels.someSelects(input.collection ?? [], input.labels ?? {}),
  'protocol.parse': (word) => parseProtocol(word).replace('Unsupported', 'UnsupportedProtocol'),
  parseJwksURI: (uri) => {
    const parsed = parseJwksUri(uri);
    return parsed === undefined ? null : { hostname: parsed.hostname, scheme: parsed.scheme, port: parsed.port, useSSL: parsed.useSsl };
  },
};

/** Sub-messages of the mesh configuration that the table gives without a whole object around them. */
const meshParts = {
  MeshConfig: (mesh) => mesh,
  ProxyConfig: (defaultConfig) => ({ ...meshConfigKind.toJson(defaultMeshConfig()), connectTimeout: '1s', dnsRefreshRate: '5s', protocolDetectionTimeout: '0.1s', defaultConfig }),
};

export async function* cases({ readJson }) {
  for (const [index, test] of (await readJson('validation.json')).entries()) {
    yield { id: `${index} ${test.kind} ${test.name}`, check: () => check(test) };
  }
}

function check(test) {
  const [scope, item] = test.kind.split(/\/(.*)/);
  if (scope === 'function') return checkFunction(functions[item], test);
  if (scope === 'primitive') checkVerdict(test, [values[item](test.input)].filter((fault) => fault !== undefined));
  if (test.wrapped) return checkVerdict(test, errorsOf(test.wrapped, false));
  if (scope === 'primitive') return;
  const part = meshParts[test.kind];
  if (part === undefined) throw new Error(`no way to check a ${test.kind} by itself`);
  checkVerdict(test, errorsOf({ kind: 'MeshConfig', spec: part(test.object) }, test.noDefaults || test.kind !== 'MeshConfig'));
}

function checkFunction(implementation, { input, result }) {
  const actual = implementation(input);
  if (!isDeepStrictEqual(actual, result)) throw new Error(`got ${JSON.stringify(actual)}, expected ${JSON.stringify(result)}`);
}

function checkVerdict({ valid, observedError }, faults) {
  if (valid && faults.length > 0) throw new Error(`should be valid, got ${faults.join('; ')}`);
  if (!valid && faults.length === 0) throw new Error(`should be invalid${observedError ? `: ${observedError}` : ''}`);
}

/** The errors of a whole object; the mesh file is read over the defaults unless it stands by itself. */
function errorsOf({ apiVersion, kind: kindName, metadata = { name: 'meshconfig', namespace: '' }, spec: json }, noDefaults) {
  const kind = kindName === 'MeshConfig' ? meshConfigKind : kindByName(apiVersion, kindName);
  const { spec, problems } = kind === meshConfigKind && !noDefaults ? parseMeshConfig(json) : parseSpec(kind, json);
  const found = validateObject({ collection: kind.collection, kind: kind.kind, metadata: { namespace: '', ...metadata }, spec });
  return [...problems, ...found].filter((problem) => hasErrors([problem])).map(formatProblem);
}
