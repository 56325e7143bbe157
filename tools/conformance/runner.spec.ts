import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadKnownDifferences } from './known-differences.mjs';
import { runTable } from './run-table.mjs';
import { select } from './tables.mjs';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tables-'));
  await writeFile(join(folder, 'sums.json'), JSON.stringify([{ id: 'one', a: 1, b: 1, sum: 2 }, { id: 'two', a: 2, b: 2, sum: 5 }]));
});
afterAll(() => rm(folder, { recursive: true }));

const sums = {
  name: 'sums',
  async *cases({ readJson }: { readJson: (path: string) => Promise<{ id: string; a: number; b: number; sum: number }[]> }) {
    for (const { id, a, b, sum } of await readJson('sums.json')) {
      yield { id, check: () => { if (a + b !== sum) throw new Error(`got ${a + b}`); } };
    }
  },
};

describe('runTable', () => {
  it('counts what agrees and names what does not', async () => {
    const result = await runTable(sums, { folder, known: {} });
    expect(result).toEqual({ name: 'sums', passed: 1, listed: 0, failures: [{ id: 'two', message: 'got 4' }], stale: [] });
  });

  it('lists a known difference instead of failing', async () => {
    expect(await runTable(sums, { folder, known: { two: 'by design' } })).toMatchObject({ passed: 1, listed: 1, failures: [] });
  });

  it('says which listed differences are none any more', async () => {
    expect(await runTable(sums, { folder, known: { one: 'was so', three: 'gone' } })).toMatchObject({ stale: ['one', 'three'] });
  });

  it('fails a table whose file is not there', async () => {
    const lost = { name: 'lost', async *cases({ readJson }: { readJson: (path: string) => Promise<unknown> }) { yield await readJson('lost.json'); } };
    const { failures, stale } = await runTable(lost, { folder, known: { one: 'not seen' } });
    expect(failures).toMatchObject([{ id: '(the table itself)', message: expect.stringContaining('lost.json') }]);
    expect(stale).toEqual([]);
  });
});

describe('select', () => {
  it('takes all, or those named, and refuses an unknown name', () => {
    const tables = [{ name: 'a' }, { name: 'b' }];
    expect(select(tables, undefined)).toEqual(tables);
    expect(select(tables, 'b')).toEqual([{ name: 'b' }]);
    expect(() => select(tables, 'c')).toThrow('no such table: c; there are a, b');
  });
});

describe('known differences', () => {
  it('need a reason each', async () => {
    await writeFile(join(folder, 'known.json'), '{"sums": {"two": " "}}');
    await expect(loadKnownDifferences(join(folder, 'known.json'))).rejects.toThrow('sums / two has no reason');
  });
});

describe('the command', () => {
  const run = (env: Record<string, string>) =>
    new Promise<{ code: number; output: string }>((resolve) => {
      execFile(process.execPath, [join(import.meta.dirname, 'run.mjs')], { env }, (error, stdout, stderr) => resolve({ code: Number(error?.code ?? 0), output: stdout + stderr }));
    });

  it('says in one line that it has no tables, and succeeds', async () => {
    expect(await run({})).toEqual({ code: 0, output: 'conformance: no tables given (--tables DIR or QUARTET_TABLES), nothing compared\n' });
  });

  it('names a folder that is not there', async () => {
    expect(await run({ QUARTET_TABLES: join(folder, 'nowhere') })).toEqual({ code: 2, output: `conformance: there is no folder ${join(folder, 'nowhere')}\n` });
  });

  it('fails without tables with CI=true', async () => {
    expect(await run({ CI: 'true' })).toMatchObject({ code: 1 });
  });
});
