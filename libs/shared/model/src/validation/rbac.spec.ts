import { expect, it } from 'vitest';
import { describeRules, problemsOf } from './testdata/rules.js';

const apiVersion = 'rbac.istio.io/v1alpha1';

describeRules({
  apiVersion, kind: 'ServiceRole',
  valid: { rules: [{ services: ['cart.*'], methods: ['GET'], ports: [80], constraints: [{ key: 'request.headers[version]', values: ['v1'] }] }] },
  refused: [
    ['rules', [], 'at least one rule'],
    ['rules[0].notMethods', ['PUT'], 'excludes methods'],
    ['rules[0].not_ports', [81], 'excludes ports', 'rules[0].notPorts'],
    ['rules[0].ports[0]', 0, 'range 1..65535'],
    ['rules[0].constraints[0].key', '', 'is required'],
    ['rules[0].constraints[0].values', [], 'at least one value'],
    ['rules[0].constraints[0].key', 'destination.port', 'excludes ports and notPorts'],
  ],
});

describeRules({
  apiVersion, kind: 'ServiceRoleBinding',
  valid: { subjects: [{ names: ['cluster.local/ns/shop/sa/web'], properties: { 'source.namespace': 'shop' } }], roleRef: { kind: 'ServiceRole', name: 'reader' } },
  accepted: [['subjects[0]', { user: '*' }]],
  refused: [
    ['subjects', [], 'at least one subject'],
    ['subjects[0]', {}, 'must name something'],
    ['subjects[0].namespaces', ['shop'], 'excludes namespaces', 'subjects[0].properties["source.namespace"]'],
    ['subjects[0].names[0]', '*', 'is ambiguous'],
    ['roleRef', undefined, 'one of roleRef, actions and role is required', ''],
    ['roleRef.kind', 'Role', 'must be "ServiceRole"'],
    ['roleRef.name', '', 'is required'],
    ['actions', [{ ports: [1] }], 'only one of roleRef', ''],
  ],
});

it.each(['RbacConfig', 'ClusterRbacConfig'])('%s is called default and has the target that its mode needs', (kind) => {
  const namespace = kind === 'RbacConfig' ? 'shop' : '';
  const problems = (spec: unknown, name = 'default') => problemsOf({ apiVersion, kind, name, namespace }, spec);
  expect(problems({ mode: 'ON_WITH_INCLUSION', inclusion: {} })).toEqual([]);
  expect(problems({ mode: 'ON_WITH_INCLUSION' })).toEqual([expect.stringMatching(/^spec.inclusion: mode ON_WITH_INCLUSION/)]);
  expect(problems({ mode: 'ON_WITH_EXCLUSION' })).toEqual([expect.stringMatching(/^spec.exclusion: mode ON_WITH_EXCLUSION/)]);
  expect(problems({ mode: 'ON' }, 'other')).toEqual([expect.stringMatching(/^metadata.name: must be named "default"/)]);
});
