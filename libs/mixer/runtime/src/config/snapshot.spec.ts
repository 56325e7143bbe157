import { describe, expect, it } from 'vitest';
import { handler, instance, manifestOf, rule, scriptedAdapter, testMixer } from '../test-mixer.js';

const adapters = [scriptedAdapter('fake', () => ({}))];
const good = handler('h', 'fake') + instance('i', 'checknothing');
const acting = (action: object) => rule('r', { actions: [action] });

describe('a snapshot', () => {
  it.each<[string, string, string, string]>([
    ['an unknown template', good + instance('x', 'nosuch'), 'instance_config_errors_total', "x.instance.istio-system: compiledTemplate 'nosuch' is unknown"],
    ['an unknown field of an instance', instance('x', 'listentry', { valu: '"a"' }), 'instance_config_errors_total', 'x.instance.istio-system: valu: unknown field'],
    ['an instance of the wrong type', instance('x', 'metric', { monitored_resource_type: '5' }), 'instance_config_errors_total', "x.instance.istio-system: monitored_resource_type: error type checking for field 'monitored_resource_type': Evaluated expression type INT64 want STRING"],
    ['an unknown attribute', instance('x', 'metric', { dimensions: { a: 'nosuch' } }), 'instance_config_errors_total', 'x.instance.istio-system: dimensions[a]: unknown attribute nosuch'],
    ['an expression that is no text', instance('x', 'listentry', { value: 5 }), 'instance_config_errors_total', 'x.instance.istio-system: value: not an expression but 5; write it as a string'],
    ['a binding of another type', instance('x', 'kubernetes', {}, { attributeBindings: { 'source.name': '$out.source_pod_ip' } }), 'instance_config_errors_total', "x.instance.istio-system: attributeBindings[source.name]: type IP_ADDRESS of '$out.source_pod_ip' is not the attribute's type STRING"],
    ['a binding of an unknown attribute', instance('x', 'kubernetes', {}, { attributeBindings: { nosuch: '"a"' } }), 'instance_config_errors_total', 'x.instance.istio-system: attributeBindings[nosuch]: unknown attribute nosuch'],
    ['bad params', handler('x', 'fake', { nosuch: 1 }), 'handler_validation_error_total', 'x.handler.istio-system: params: nosuch: unknown field'],
    ['a match that is no condition', good + rule('r', { match: 'request.path', actions: [{ handler: 'h', instances: ['i'] }] }), 'rule_config_errors_total', "r.rule.istio-system: match: expression 'request.path' is of type STRING, not BOOL"],
    ['an unknown handler', good + acting({ handler: 'nosuch', instances: ['i'] }), 'rule_config_errors_total', "r.rule.istio-system: actions[0]: handler not found: handler='nosuch'"],
    ['an unknown instance', good + acting({ handler: 'h', instances: ['nosuch', 'i'] }), 'rule_config_errors_total', "r.rule.istio-system: actions[0].instances[0]: instance not found: instance='nosuch'"],
    ['the same instance twice', good + acting({ handler: 'h', instances: ['i', 'i'] }), 'rule_config_errors_total', "r.rule.istio-system: actions[0].instances[1]: action specified the same instance multiple times: instance='i'"],
    ['a template that the adapter has not', good + instance('e', 'edge') + acting({ handler: 'h', instances: ['e', 'i'] }), 'rule_config_errors_total', 'r.rule.istio-system: actions[0].instances[0]: handler h.handler.istio-system (fake) does not support template edge'],
  ])('leaves out %s', async (_, yaml, counter, problem) => {
    const { runtime } = await testMixer(adapters, yaml);
    expect(runtime.problems.map(({ object, message }) => `${object}: ${message}`)).toContain(problem);
    expect(runtime.configCounters[counter as 'rule_config_errors_total']).toBeGreaterThan(0);
  });

  it('finds what is named in full, by namespace, or alone', async () => {
    const yaml = handler('other/h', 'fake') + instance('i', 'checknothing') + ['i', 'i.istio-system', 'i.instance.istio-system']
      .map((name, n) => rule(`r${n}`, { actions: [{ handler: n === 0 ? 'h.other' : 'h.handler.other', instances: [name] }] })).join('');
    const { runtime } = await testMixer(adapters, yaml);
    expect(runtime.problems).toEqual([]);
    expect(runtime.table.destinationCounts()).toEqual({ CHECK: 1, REPORT: 0, QUOTA: 0, ATTRIBUTE_GENERATOR: 0 });
  });

  it('counts what it holds', async () => {
    const { runtime } = await testMixer(adapters, good + acting({ handler: 'h', instances: ['i'] }) + manifestOf('attributemanifest', 'more', { attributes: { a: { valueType: 'BOOL' } } }));
    expect(runtime.configCounters).toMatchObject({ attributes_total: 9, handler_configs_total: 1, instance_configs_total: 1, rule_configs_total: 1, rule_config_errors_total: 0 });
  });
});
