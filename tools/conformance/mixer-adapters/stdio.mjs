import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runAdapter } from '@quartet/mixer-adapter-sdk/testing';
import { stdio } from '@quartet/mixer-adapters';
import { same } from '../assert.mjs';
import { decodeValue } from '../values.mjs';
import { builds, decodeAll, typesOf } from './run.mjs';

async function lines(params, types, call) {
  let written = '';
  const sink = { write: (text) => { written += text; }, close() {} };
  const { handler } = await runAdapter(stdio(() => sink), { params, types, startMs: -62135596800000 });
  await call(handler);
  return written.split('\n').slice(0, -1);
}

export const stdioCases = {
  async build({ params, ok }) {
    const folder = await mkdtemp(join(tmpdir(), 'stdio-'));
    const own = params.outputPath === 'TEMP_FILE' ? { ...params, outputPath: join(folder, 'log') } : params;
    same(await builds('stdio', { params: own }), ok, 'build');
    if (own !== params) same(existsSync(own.outputPath), true, 'file');
    await rm(folder, { recursive: true });
  },
  async validate({ params, valid }) {
    same(await builds('stdio', { params }), valid, 'valid');
  },
  async logentry({ outputAsJson, instances, lines: expected }) {
    const types = { logentry: Object.fromEntries(instances.map(({ name, variables }) => [name, { variables: typesOf(variables) }])) };
    const entries = instances.map(({ name, variables, severity, timestamp }) => ({ name, variables: decodeAll(variables), severity, timestamp: decodeValue({ t: 'time', v: timestamp }) }));
    same(await lines({ outputAsJson }, types, (handler) => handler.handleLogEntry(entries)), expected, 'lines');
  },
  /** An address reaches a metric as bytes and is written as such; the table's is text. */
  async metric({ outputAsJson, metricLevel, instances, lines: expected }) {
    const metrics = instances.map(({ name, dimensions, value }) => ({ name, dimensions: { ...decodeAll(dimensions), IPAddress: dimensions.IPAddress.v }, value: decodeValue(value) }));
    same(await lines({ outputAsJson, metricLevel }, {}, (handler) => handler.handleMetric(metrics)), expected, 'lines');
  },
};
