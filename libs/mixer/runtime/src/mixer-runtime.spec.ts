import { describe, expect, it } from 'vitest';
import { globalWords } from '@quartet/model/global-words';
import { granted, handler, instance, noOpinion, rule, scriptedAdapter, testMixer, verdict } from './test-mixer.js';

const check = (label: string) => handler(label, 'fake', { label });
const nothing = instance('nothing', 'checknothing');
const act = (name: string, handlers: readonly string[], more: object = {}) => rule(name, { actions: handlers.map((label) => ({ handler: label, instances: ['nothing.istio-system'] })), ...more });
const answers = (byLabel: Record<string, ReturnType<typeof verdict> | Promise<ReturnType<typeof verdict>>>) => [scriptedAdapter('fake', (label) => ({ handleCheckNothing: () => byLabel[label] ?? noOpinion }))];

describe('Check', () => {
  it('takes the first opinion whole, and the minimum of the validities', async () => {
    const mixer = await testMixer(answers({ a: verdict(0, '', 9000, 7), b: verdict(0, '', 4000, 50) }), check('a') + check('b') + check('c') + nothing + act('r', ['c', 'a', 'b']));
    expect((await mixer.check({})).precondition).toMatchObject({ status: { code: 0 }, validDuration: { seconds: 4 }, validUseCount: 7 });
  });

  it('joins denials as they arrive', async () => {
    const late = Promise.resolve(verdict(16, 'late'));
    const mixer = await testMixer(answers({ a: late, b: verdict(7, 'soon') }), check('a') + check('b') + nothing + act('r', ['a', 'b']));
    expect((await mixer.check({})).precondition?.status).toMatchObject({ code: 7, message: 'b.istio-system:soon, a.istio-system:late' });
  });

  it('fails if an adapter fails, whatever the others say', async () => {
    const broken = scriptedAdapter('broken', () => ({ handleCheckNothing: () => Promise.reject(new Error('down')) }));
    const mixer = await testMixer([...answers({ a: verdict(7, 'no') }), broken], check('a') + handler('x', 'broken') + nothing + act('r', ['a', 'x']));
    await expect(mixer.check({})).rejects.toMatchObject({ code: 13, message: 'performing check operation failed: 1 error occurred:\n\t* down\n\n' });
  });

  it('fails if an instance can not be made, naming the field', async () => {
    const mixer = await testMixer(answers({}), check('a') + instance('e', 'listentry', { value: 'request.path' }) + rule('r', { actions: [{ handler: 'a', instances: ['e'] }] }));
    await expect(mixer.check({})).rejects.toThrow("evaluation failed at [e.instance.istio-system]'value': lookup failed: 'request.path'");
  });

  it('passes over a rule whose match can not be evaluated', async () => {
    const mixer = await testMixer(answers({ a: verdict(7, 'no') }), check('a') + nothing + act('r', ['a'], { match: 'request.path == "/x"' }));
    expect((await mixer.check({})).precondition?.status?.code).toBe(0);
    expect((await mixer.check({ 'request.path': '/x' })).precondition?.status?.code).toBe(7);
  });

  it.each([
    [{ 'destination.namespace': 'shop' }, 7],
    [{ 'destination.namespace': 'other' }, 0],
    [{ 'context.reporter.kind': 'outbound', 'source.namespace': 'shop' }, 7],
    [{ 'context.reporter.kind': 'outbound', 'destination.namespace': 'shop' }, 0],
  ])('applies the rules of the identity namespace: %j', async (attributes, code) => {
    const mixer = await testMixer(answers({ a: verdict(7, 'no') }), check('a') + nothing + act('shop/r', ['a.istio-system']));
    expect((await mixer.check(attributes)).precondition?.status?.code).toBe(code);
  });

  it('applies the rules of the default namespace everywhere', async () => {
    const mixer = await testMixer(answers({ a: verdict(7, 'no'), b: verdict(0, '') }), check('a') + check('b') + nothing + act('r', ['a']) + act('shop/r', ['b.istio-system']));
    expect((await mixer.check({ 'destination.namespace': 'shop' })).precondition?.status?.code).toBe(7);
  });

  it('changes headers of what is allowed', async () => {
    const yaml = rule('r', {
      match: 'request.path == "/x"',
      requestHeaderOperations: [{ name: 'x-user', values: ['request.headers["user"] | "none"', 'source.name'] }, { name: 'x-old', operation: 'REMOVE' }],
      responseHeaderOperations: [{ name: 'x-more', values: ['"a"'], operation: 'APPEND' }],
    });
    const mixer = await testMixer([], yaml);
    const { precondition } = await mixer.check({ 'request.path': '/x' });
    expect(precondition).toMatchObject({
      validUseCount: 10000,
      routeDirective: {
        requestHeaderOperations: [{ name: 'x-user', value: 'none', operation: 0 }, { name: 'x-old', value: '', operation: 1 }],
        responseHeaderOperations: [{ name: 'x-more', value: 'a', operation: 2 }],
      },
    });
  });

  it('hands over the response that a denial wants', async () => {
    const denial = { ...verdict(8, 'slow down'), directResponse: { code: 0, body: 'later', headers: { 'retry-after': '5', 'Set-Cookie': 'a=1,b=2' } } };
    const mixer = await testMixer(answers({ a: denial }), check('a') + nothing + act('r', ['a']));
    expect((await mixer.check({})).precondition?.routeDirective).toMatchObject({
      directResponseCode: 429, directResponseBody: 'later',
      responseHeaderOperations: [{ name: 'retry-after', value: '5', operation: 0 }, { name: 'Set-Cookie', value: 'a=1', operation: 2 }, { name: 'Set-Cookie', value: 'b=2', operation: 2 }],
    });
  });
});

describe('attribute generation', () => {
  const generator = scriptedAdapter('gen', () => ({ generateKubernetesAttributes: () => ({ source_pod_name: 'pod' }) }));
  const generate = handler('g', 'gen') + instance('gen', 'kubernetes', { source_uid: 'source.uid | ""' }, { attributeBindings: { 'source.name': '$out.source_pod_name | "unknown"' } }) + rule('gen', { actions: [{ handler: 'g', instances: ['gen'] }] });
  const denied = check('a') + nothing + act('r', ['a'], { match: 'source.name == "pod"' });

  it('is seen by later stages, and counts as read', async () => {
    const mixer = await testMixer([generator, ...answers({ a: verdict(7, 'no') })], generate + denied);
    const { precondition } = await mixer.check({});
    expect(precondition?.status?.code).toBe(7);
    expect(precondition?.referencedAttributes?.attributeMatches.map(({ name }) => globalWords[name])).toEqual(expect.arrayContaining(['source.uid', 'source.name']));
  });

  it('does not hide what the request says', async () => {
    const mixer = await testMixer([generator, ...answers({ a: verdict(7, 'no') })], generate + denied);
    expect((await mixer.check({ 'source.name': 'other' })).precondition?.status?.code).toBe(0);
  });

  it('fails the request if a generator fails', async () => {
    const broken = scriptedAdapter('gen', () => ({ generateKubernetesAttributes: () => { throw new Error('down'); } }));
    const mixer = await testMixer([broken], generate);
    await expect(mixer.check({})).rejects.toMatchObject({ code: 13, message: expect.stringContaining('preprocessing attributes failed: 1 error occurred:\n\t* down') });
    await expect(mixer.report([{}])).rejects.toMatchObject({ code: 2 });
  });
});

describe('quotas', () => {
  const quota = (answer: () => ReturnType<typeof granted>) => [scriptedAdapter('fake', () => ({ handleQuota: answer }))];
  const config = check('q') + instance('requests', 'quota') + rule('r', { match: 'request.path == "/x"', actions: [{ handler: 'q', instances: ['requests'] }] });

  it.each<[string, () => ReturnType<typeof granted>, Record<string, string>, object]>([
    ['what the adapter grants', () => granted(2), { 'request.path': '/x' }, { grantedAmount: 2, validDuration: { seconds: 1 }, status: { code: 0 } }],
    ['all of it where the rule does not match', () => granted(2), {}, { grantedAmount: 5, validDuration: { seconds: 60 } }],
    ['nothing if the adapter fails', () => { throw new Error('down'); }, { 'request.path': '/x' }, { grantedAmount: 0, status: { code: 0 } }],
    ['the adapter\'s refusal', () => ({ ...granted(0), status: { code: 8, message: 'full' } }), { 'request.path': '/x' }, { grantedAmount: 0, status: { code: 8, message: 'q.istio-system:full' } }],
  ])('grant %s', async (_, answer, attributes, expected) => {
    const mixer = await testMixer(quota(answer), config);
    expect((await mixer.check(attributes, { REQUESTS: 5 })).quotas['REQUESTS']).toMatchObject(expected);
  });

  it('are not asked for what is denied', async () => {
    const mixer = await testMixer([scriptedAdapter('fake', () => ({ handleCheckNothing: () => verdict(7, 'no') }))], config + nothing + act('deny', ['q']));
    expect((await mixer.check({}, { requests: 5 })).quotas).toEqual({});
  });
});

describe('Report', () => {
  const sizes = instance('size', 'metric', { value: 'request.size', dimensions: { path: 'request.path | "none"' } }) + handler('m', 'fake') + rule('r', { actions: [{ handler: 'm', instances: ['size'] }] });

  it('brings all instances of a destination at once', async () => {
    const seen: unknown[] = [];
    const mixer = await testMixer([scriptedAdapter('fake', () => ({ handleMetric: (metrics) => void seen.push(metrics.map(({ value, dimensions }) => [value, dimensions['path']])) }))], sizes);
    await mixer.report([{ 'request.size': 1 }, { 'request.size': 2, 'request.path': '/x' }]);
    expect(seen).toEqual([[[1, 'none'], [2, '/x']]]);
  });

  it('delivers the good and fails for the bad', async () => {
    const seen: unknown[] = [];
    const mixer = await testMixer([scriptedAdapter('fake', () => ({ handleMetric: (metrics) => void seen.push(metrics.length) }))], sizes);
    await expect(mixer.report([{}, { 'request.size': 1 }])).rejects.toMatchObject({ code: 2, message: expect.stringContaining("'value': lookup failed: 'request.size'") });
    expect(seen).toEqual([1]);
  });

  it('is nothing without bags or rules', async () => {
    const mixer = await testMixer([]);
    await mixer.report([]);
    await mixer.report([{}]);
  });
});

describe('a change of configuration', () => {
  const logged = (events: string[]) => [scriptedAdapter('fake', (label) => {
    events.push(`build ${label}`);
    return { close: () => void events.push(`close ${label}`) };
  })];
  const settled = () => new Promise((resolve) => setImmediate(resolve));

  it('keeps handlers that are the same, and closes those that are gone', async () => {
    const events: string[] = [];
    const mixer = await testMixer(logged(events), check('a') + check('b') + nothing + act('r', ['a', 'b']));
    await mixer.apply(check('a') + check('c') + check('unused') + nothing + act('r', ['a', 'c']));
    await settled();
    expect(events).toEqual(['build a', 'build b', 'build c', 'close b']);
    expect(mixer.runtime.handlerCounters).toEqual({ new_handlers_total: 1, reused_handlers_total: 1, closed_handlers_total: 1, handler_build_failures_total: 0, handler_close_failures_total: 0 });
    expect(mixer.logs).toContain('end of work');
  });

  it('waits with closing for the requests under way', async () => {
    const events: string[] = [];
    const { promise, resolve } = Promise.withResolvers<typeof noOpinion>();
    const slow = scriptedAdapter('fake', () => ({ handleCheckNothing: () => promise, close: () => void events.push('close') }));
    const mixer = await testMixer([slow], check('a') + nothing + act('r', ['a']));
    const request = mixer.check({});
    await settled();
    await mixer.apply('');
    await settled();
    expect(events).toEqual([]);
    resolve(noOpinion);
    await request;
    await settled();
    expect(events).toEqual(['close']);
  });

  it('gives a handler up whose requests do not end', async () => {
    const slow = scriptedAdapter('fake', () => ({ handleCheckNothing: () => new Promise(() => undefined) }));
    const mixer = await testMixer([slow], check('a') + nothing + act('r', ['a']));
    void mixer.check({});
    await mixer.apply('');
    mixer.timers.forEach((fire) => fire());
    await settled();
    expect(mixer.runtime.handlerCounters.handler_close_failures_total).toBe(1);
  });

  it('goes on without a handler that can not be built', async () => {
    const broken = scriptedAdapter('broken', () => { throw new Error('no such server'); });
    const mixer = await testMixer([...answers({ a: verdict(7, 'no') }), broken], check('a') + handler('x', 'broken') + nothing + act('r', ['x', 'a']));
    expect(mixer.logs).toContain('error: Unable to initialize adapter: snapshot=0, handler=x.istio-system, adapter=broken, err=no such server');
    expect(mixer.runtime.configCounters.unsatisfied_action_handler_total).toBe(1);
    expect((await mixer.check({})).precondition?.status?.code).toBe(7);
  });
});
