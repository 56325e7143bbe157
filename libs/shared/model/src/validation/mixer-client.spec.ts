import { describeRules } from './testdata/rules.js';

const apiVersion = 'config.istio.io/v1alpha2';

describeRules({
  apiVersion, kind: 'HTTPAPISpec',
  valid: {
    attributes: { attributes: { 'api.service': { stringValue: 'cart' }, weight: { int64Value: '7' }, ttl: { durationValue: '1s' }, tags: { stringMapValue: { entries: { a: 'b' } } } } },
    patterns: [{ attributes: { attributes: { 'api.operation': { stringValue: 'get' } } }, httpMethod: 'GET', uriTemplate: '/cart/{id}' }],
    apiKeys: [{ query: 'key' }, { header: 'x-key' }],
  },
  accepted: [['attributes', undefined]],
  refused: [
    ['patterns', [], 'at least one pattern'],
    ['patterns[0].httpMethod', '', 'is required'],
    ['patterns[0].uriTemplate', undefined, 'uriTemplate or regex is required', 'patterns[0]'],
    ['patterns[0].attributes.attributes["api.operation"].stringValue', '', 'must not be empty'],
    ['attributes.attributes', {}, 'at least one attribute'],
    ['attributes.attributes.ttl.durationValue', '1us', 'at least 1ms'],
    ['attributes.attributes.tags.stringMapValue', {}, 'at least one entry', 'attributes.attributes.tags.stringMapValue.entries'],
    ['apiKeys[1].header', '', 'must not be empty'],
  ],
});

describeRules({
  apiVersion, kind: 'QuotaSpec',
  valid: { rules: [{ match: [{ clause: { 'request.path': { prefix: '/' } } }], quotas: [{ quota: 'requests', charge: 1 }] }] },
  refused: [
    ['rules', [], 'at least one rule'],
    ['rules[0].quotas', [], 'at least one quota'],
    ['rules[0].quotas[0].charge', 0, 'must be above 0'],
    ['rules[0].quotas[0].quota', '', 'is required'],
    ['rules[0].match[0].clause["request.path"].prefix', '', 'must not be empty'],
  ],
});

for (const [kind, field] of [['HTTPAPISpecBinding', 'apiSpecs'], ['QuotaSpecBinding', 'quotaSpecs']] as const) {
  describeRules({
    apiVersion, kind,
    valid: { services: [{ name: 'cart', namespace: 'shop', domain: 'svc.cluster.local' }, { service: '*' }], [field]: [{ name: 'spec', namespace: 'shop' }] },
    refused: [
      ['services', [], 'at least one service'],
      [field, [], 'at least one'],
      [`${field}[0].name`, '', 'is required'],
      [`${field}[0].namespace`, 'a.b', 'is not a label'],
      ['services[0].name', '', 'name or service is required', 'services[0]'],
      ['services[0].domain', 'a..b', 'invalid part'],
      ['services[1].namespace', 'shop', 'excludes service'],
    ],
  });
}
