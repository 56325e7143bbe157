// analyzers/hosts.json: the helpers of the analyzers for hosts and their visibility.
import { isDeepStrictEqual } from 'node:util';
import { isExportedToAll, scopedFqdn, serviceOfHost, splitScopedFqdn } from '@quartet/model';

export const name = 'hosts';

const groups = {
  resourceNameFromHost: ({ host, defaultNamespace, namespace, name: expected }) => [serviceOfHost(host, defaultNamespace), { namespace, name: expected }],
  scopedFqdn: ({ scope, namespace, host, result }) => [scopedFqdn(scope, namespace, host), result],
  splitScopedFqdn: ({ scopedFqdn: scoped, scope, fqdn }) => [splitScopedFqdn(scoped), { scope, fqdn }],
  isExportToAllNamespaces: ({ exportTo, result }) => [isExportedToAll(exportTo ?? []), result],
};

export async function* cases({ readJson }) {
  const table = await readJson('analyzers/hosts.json');
  for (const [group, tests] of Object.entries(table).filter(([, tests]) => Array.isArray(tests))) {
    for (const [index, test] of tests.entries()) {
      yield { id: `${group} ${index}`, check: () => compare(group, test) };
    }
  }
}

function compare(group, test) {
  const [actual, expected] = groups[group](test);
  if (!isDeepStrictEqual(actual, expected)) throw new Error(`got ${JSON.stringify(actual)}, expected ${JSON.stringify(expected)}`);
}
