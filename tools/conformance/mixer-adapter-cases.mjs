// mixer-adapters.json, by adapter and kind. An adapter that this Mixer does not have fails its cases, which are listed.
import { same } from './assert.mjs';
import { denierCases } from './mixer-adapters/denier.mjs';
import { integrationCase } from './mixer-adapters/integration.mjs';
import { kubernetesenvCases } from './mixer-adapters/kubernetesenv.mjs';
import { listCases } from './mixer-adapters/list.mjs';
import { memquotaCases } from './mixer-adapters/memquota.mjs';
import { prometheusCases } from './mixer-adapters/prometheus.mjs';
import { newAdapters } from './mixer-adapters/run.mjs';
import { stdioCases } from './mixer-adapters/stdio.mjs';

const byAdapter = { denier: denierCases, kubernetesenv: kubernetesenvCases, list: listCases, memquota: memquotaCases, prometheus: prometheusCases, stdio: stdioCases };

export function* adapterCases(tests, manifest) {
  const seen = new Map();
  const clusterObjects = tests.find(({ kind }) => kind === 'clusterObjects').objects;
  for (const test of tests) {
    if (test.kind === 'clusterObjects') continue;
    const name = `${test.adapter} ${test.kind} ${test.name}`;
    const times = (seen.get(name) ?? 0) + 1;
    seen.set(name, times);
    yield { id: times === 1 ? name : `${name} (${times})`, check: () => checkCase(test, { manifest, clusterObjects }) };
  }
}

function checkCase(test, context) {
  if (test.kind === 'defaultParams') return defaultParams(test);
  if (test.kind === 'integration') return integrationCase(test, context.manifest);
  const check = byAdapter[test.adapter]?.[test.kind];
  if (!check) throw new Error(`there is no adapter ${test.adapter}`);
  return check(test, context);
}

/** Zero values are left out of the table, and durations are in another unit here. */
function defaultParams({ adapterName, templates, params }) {
  const adapter = newAdapters().adapters.get(adapterName);
  if (!adapter) throw new Error(`there is no adapter ${adapterName}`);
  same(adapter.templates.toSorted(), templates.toSorted(), 'templates');
  const ours = adapter.params.parse({}).params;
  for (const [field, value] of Object.entries(params)) same(plain(ours[field]), plain(seconds(value)), field);
}

function seconds(value) {
  if (typeof value === 'string' && /^[\d.]+s$/.test(value)) return Number.parseFloat(value) * 1000;
  return typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
}

function plain(value) {
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== '' && !(Array.isArray(entry) && entry.length === 0)).toSorted());
}
