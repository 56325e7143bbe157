import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { migrate } from './migrate.js';
import { readObjects } from './testing/read-objects.js';

const testdata = new URL('testdata/', import.meta.url);
const update = process.env['UPDATE_GOLDENS'] === '1';

/** A folder is a case: `in.yaml`, and each of the files that it must give. UPDATE_GOLDENS=1 writes them anew. */
test.each(readdirSync(testdata))('%s', (name) => {
  const folder = new URL(`${name}/`, testdata);
  const objects = readObjects(readFileSync(new URL('in.yaml', folder), 'utf8'));
  const { files, notCarried } = migrate(objects);
  const filters = migrate(objects, { rateLimits: 'EnvoyFilter' }).files.filter((file) => file.name === 'rate-limits.yaml');
  const expected: Record<string, string> = {
    ...Object.fromEntries(files.map((file) => [`out.${file.name}`, file.yaml])),
    ...Object.fromEntries(filters.map((file) => ['out.rate-limits.envoyfilter.yaml', file.yaml])),
    ...(notCarried.length > 0 && { 'out.not-carried.yaml': stringify(notCarried, { lineWidth: 0 }) }),
  };
  if (update) for (const [file, text] of Object.entries(expected)) writeFileSync(new URL(file, folder), text);
  expect(readdirSync(folder).sort()).toEqual(['in.yaml', ...Object.keys(expected)].sort());
  for (const [file, text] of Object.entries(expected)) expect(text, file).toBe(readFileSync(new URL(file, folder), 'utf8'));
});
