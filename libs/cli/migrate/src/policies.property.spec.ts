import fc from 'fast-check';
import { expect, test } from 'vitest';
import { migrate } from './migrate.js';
import { generatedObjects, policiesAllow } from './testing/evaluate-migrated.js';
import { mixerAllows } from './testing/evaluate-mixer.js';
import { readObjects } from './testing/read-objects.js';
import type { TestRequest, TestWorkload } from './testing/request.js';

const pod = (name: string, namespace: string, labels: string, account = name) =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}, namespace: ${namespace}, labels: {${labels}}}\nspec: {serviceAccountName: ${account}}\n---\n`;
const service = (name: string, namespace: string, port: number, portName = 'http') =>
  `apiVersion: v1\nkind: Service\nmetadata: {name: ${name}, namespace: ${namespace}}\nspec: {selector: {app: ${name.replace(/-.*/, '')}}, ports: [{name: ${portName}, port: 80, targetPort: ${port}}]}\n---\n`;
const mesh = [
  pod('a', 'default', 'app: a, version: v1'), pod('b', 'default', 'app: b, version: v1'), pod('c', 'other', 'app: c'),
  service('a', 'default', 9080), service('b', 'default', 9080), service('b-admin', 'default', 9090), service('c', 'other', 7000, 'tcp'),
].join('');
const strict = 'apiVersion: authentication.istio.io/v1alpha1\nkind: MeshPolicy\nmetadata: {name: default}\nspec: {peers: [{mtls: {}}]}\n---\n';

const at = (name: string, namespace: string, service: string): TestWorkload =>
  ({ namespace, labels: { app: name, ...(namespace === 'default' && { version: 'v1' }) }, service: { host: `${service}.${namespace}.svc.cluster.local`, name: service, namespace } });
const labels: Readonly<Record<string, Record<string, string>>> = { 'cluster.local/ns/default/sa/a': { app: 'a', version: 'v1' }, 'cluster.local/ns/default/sa/b': { app: 'b', version: 'v1' }, 'cluster.local/ns/other/sa/c': { app: 'c' } };
const labelsOf = (principal: string) => labels[principal] ?? {};

const words = ['', 'a', 'b', 'bob', 'Bob', 'default', 'other', '/x', '/x/y', 'GET', 'cluster.local/ns/default/sa/a', 'a.b*c', '(', 'sa/b'];
const word = fc.constantFrom(...words);
const quoted = word.map((text) => JSON.stringify(text));
const textExpression = fc.oneof(
  fc.constantFrom('request.headers["user"]', 'request.headers["User"]', 'request.headers[":path"]', 'request.useragent', 'request.path', 'request.url_path', 'request.method', 'request.host', 'source.namespace', 'source.principal', 'source.serviceAccount', 'source.labels["app"]', 'context.protocol', 'context.reporter.kind'),
  fc.tuple(fc.constantFrom('request.headers["user"]', 'request.useragent', 'source.namespace', 'source.labels["version"]', 'source.principal'), fc.constantFrom('| ', '| request.useragent | ', '| request.headers["user"] | '), quoted).map(([left, middle, right]) => `(${left} ${middle}${right})`),
);
const condition: fc.Arbitrary<string> = fc.letrec<{ condition: string }>((tie) => ({
  condition: fc.oneof({ depthSize: 'small', withCrossShrink: true },
    fc.tuple(textExpression, fc.constantFrom('==', '!='), quoted).map((parts) => parts.join(' ')),
    fc.tuple(textExpression, fc.constantFrom('startsWith', 'endsWith'), quoted).map(([text, method, constant]) => `(${text}).${method}(${constant})`),
    fc.tuple(textExpression, word, fc.constantFrom('', '*'), fc.constantFrom('', '*')).map(([text, constant, before, after]) => `match(${text}, ${JSON.stringify(before + constant + after)})`),
    fc.tuple(fc.constantFrom('^/x', 'b$', 'b', '^$'), fc.constantFrom('request.url_path', 'request.headers["user"]', 'source.principal')).map(([regex, text]) => `${JSON.stringify(regex)}.matches(${text})`),
    fc.constantFrom('connection.mtls', 'connection.mtls == false', 'destination.port == 9080', 'destination.port != 9090', 'source.ip == ip("10.0.0.1")', 'true'),
    fc.tuple(tie('condition'), fc.constantFrom('&&', '||'), tie('condition')).map(([left, operator, right]) => `(${left}) ${operator} (${right})`),
    tie('condition').map((inner) => `(${inner}) == false`),
    fc.tuple(tie('condition'), tie('condition'), tie('condition')).map((three) => `conditional(${three.join(', ')})`),
  ),
})).condition;
const destination = fc.constantFrom('', 'destination.service.host == "a.default.svc.cluster.local"', 'destination.service.host == "b.default.svc.cluster.local"', 'match(destination.service.host, "b*")', 'destination.service.host != "a.default.svc.cluster.local"', 'destination.labels["app"] == "b"', '(destination.labels["app"] | "none") == "c"', 'destination.namespace == "default"', 'destination.service.host == "a.default.svc.cluster.local" || destination.namespace == "other"', 'destination.service.namespace == "other"');
const match = fc.tuple(destination, fc.option(condition)).map(([where, when]) => [where, when].filter((part) => part).map((part) => `(${part})`).join(' && '));

const listHandler = fc.record({ entryType: fc.constantFrom('STRINGS', 'CASE_INSENSITIVE_STRINGS', 'REGEX'), overrides: fc.array(word.filter((text) => text !== '('), { maxLength: 3 }), blacklist: fc.boolean() });
const ipHandler = fc.record({ entryType: fc.constant('IP_ADDRESSES'), overrides: fc.array(fc.constantFrom('10.0.0.1', '10.0.0.0/30', '192.168.0.0/16'), { maxLength: 2 }), blacklist: fc.boolean() });
interface RuleParts {
  readonly match: string;
  readonly namespace: string;
  readonly list?: { readonly params: object; readonly value: string };
}
const where = { match, namespace: fc.constantFrom('istio-system', 'default', 'other') };
const rule: fc.Arbitrary<RuleParts> = fc.oneof(
  fc.record(where),
  fc.record({ ...where, list: fc.record({ params: listHandler, value: textExpression }) }),
  fc.record({ ...where, list: fc.record({ params: ipHandler, value: fc.constantFrom('source.ip', 'origin.ip', 'source.ip | ip("0.0.0.0")') }) }),
);

function ruleYaml({ match: condition, namespace, list }: RuleParts, index: number): string {
  const object = (kind: string, spec: object) => `${JSON.stringify({ apiVersion: 'config.istio.io/v1alpha2', kind, metadata: { name: `r${index}`, namespace }, spec })}\n---\n`;
  return object('handler', list ? { compiledAdapter: 'listchecker', params: list.params } : { compiledAdapter: 'denier' })
    + object('instance', list ? { compiledTemplate: 'listentry', params: { value: list.value } } : { compiledTemplate: 'checknothing' })
    + object('rule', { match: condition, actions: [{ handler: `r${index}`, instances: [`r${index}`] }] });
}

const header = fc.oneof(word, fc.string({ unit: fc.constantFrom('a', 'b', '/', 'x'), maxLength: 4 }));
const principal = fc.constantFrom('cluster.local/ns/default/sa/a', 'cluster.local/ns/default/sa/b', 'cluster.local/ns/other/sa/c', 'cluster.local/ns/bob/sa/other');
const http = fc.record({ user: fc.option(header, { nil: undefined }), agent: fc.option(header, { nil: undefined }), path: fc.constantFrom('/x', '/x/y', '/x?b=bob', '/', '/a/b?x=/x'), method: fc.constantFrom('GET', 'POST'), grpc: fc.boolean() }).map(({ user, agent, path, method, grpc }) => ({
  ':path': path, ':method': method, ':authority': 'a', ...(user !== undefined && { user }), ...(agent !== undefined && { 'user-agent': agent }), ...(grpc && { 'content-type': 'application/grpc' }),
}));
const arrival = fc.constantFrom<{ workload: TestWorkload; port: number; world: 'http' | 'tcp' }>(
  { workload: at('a', 'default', 'a'), port: 9080, world: 'http' }, { workload: at('b', 'default', 'b'), port: 9080, world: 'http' },
  { workload: at('b', 'default', 'b-admin'), port: 9090, world: 'http' }, { workload: at('c', 'other', 'c'), port: 7000, world: 'tcp' },
);
const request = (certificate: 'always' | 'sometimes'): fc.Arbitrary<TestRequest> =>
  fc.record({ arrival, headers: http, principal: certificate === 'always' ? principal : fc.option(principal, { nil: undefined }), address: fc.constantFrom('10.0.0.1', '10.0.0.2', '192.168.7.1') })
    .map(({ arrival: { workload, port, world }, headers, principal: id, address }) => ({ world, workload, port, address, headers: world === 'http' ? headers : {}, ...(id !== undefined && { principal: id }) }));

/** Rules that were not carried over are no claim. */
function carried(rules: readonly RuleParts[], listed: ReadonlySet<string>): RuleParts[] {
  return rules.filter(({ namespace }, index) => !listed.has(`rule ${namespace}/r${index}`));
}

let compared = 0;
let refused = 0;
const kinds = new Set<string>();

test.each([['with strict mutual TLS', strict, 'always'], ['with and without client certificates', '', 'sometimes']] as const)('what Mixer refuses is what the migrated policies refuse, %s', (_name, policy, certificate) => {
  fc.assert(fc.property(fc.array(rule, { minLength: 1, maxLength: 2 }), fc.array(request(certificate), { minLength: 10, maxLength: 10 }), (rules, requests) => {
    const migration = migrate(readObjects(mesh + policy + rules.map(ruleYaml).join('')));
    const listed = new Set(migration.notCarried.map(({ object }) => object));
    const claimed = carried(rules, listed);
    if (claimed.length < rules.length) fc.pre(claimed.length === 0 || rules.length === 1);
    if (claimed.length === 0) return;
    const objects = readObjects(claimed.map(ruleYaml).join(''));
    const generated = generatedObjects(migration);
    for (const { kind } of generated) kinds.add(kind);
    for (const one of requests) {
      const expected = mixerAllows(objects, one, labelsOf);
      compared++;
      if (!expected) refused++;
      expect(policiesAllow(generated, one), JSON.stringify(one)).toBe(expected);
    }
  }), { numRuns: 400 });
}, 60_000);

test('that was no empty claim', () => {
  expect(compared).toBeGreaterThan(3_000);
  expect(refused).toBeGreaterThan(compared / 20);
  expect([...kinds].sort()).toEqual(['AuthorizationPolicy', 'EnvoyFilter']);
});
