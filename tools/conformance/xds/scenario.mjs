// One scenario of pilot/xds: its configuration, mesh and proxies, compiled in this process.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CollectionSlice, Snapshot } from '@quartet/config';
import { formatProblem, hasErrors, parseManifest, parseMeshConfig, parseProxy } from '@quartet/model';
import { buildPushContext, compileProxy } from '@quartet/pilot-networking';
import { ServiceDirectory } from '@quartet/pilot-registry';
import { parse, parseAllDocuments } from 'yaml';

export async function loadScenario(folder) {
  const description = JSON.parse(await readFile(join(folder, 'scenario.json'), 'utf8'));
  const mesh = parseMeshConfig(parse(await readFile(join(folder, 'mesh.yaml'), 'utf8')) ?? {}).spec;
  const config = await loadConfig(join(folder, 'config'));
  const directory = new ServiceDirectory();
  directory.update(config, mesh.trustDomain || 'cluster.local');
  const push = buildPushContext({ config, mesh, services: directory.current, domain: 'cluster.local' });
  return { proxies: description.proxies, compile: (proxy) => compileProxy(push, parseProxy({ id: proxy.nodeId, metadata: proxy.metadata })) };
}

async function loadConfig(folder) {
  const collections = new Map();
  let count = 0;
  for (const file of (await readdir(folder)).filter((name) => name.endsWith('.yaml')).toSorted()) {
    for (const document of parseAllDocuments(await readFile(join(folder, file), 'utf8'))) {
      const json = document.toJS();
      if (json === null) continue;
      const { object, problems } = parseManifest(json, { defaultNamespace: 'default' });
      if (!object || hasErrors(problems)) throw new Error(`${file}: ${problems.map(formatProblem).join('; ')}`);
      // A second object of one name is refused by 1.4's store.
      const known = collections.get(object.collection) ?? [];
      if (known.some(({ metadata }) => metadata.name === object.metadata.name && metadata.namespace === object.metadata.namespace)) continue;
      const dated = { ...object, metadata: { ...object.metadata, resourceVersion: String(++count) } };
      collections.set(object.collection, [...known, dated]);
    }
  }
  return new Snapshot(new Map([...collections].map(([name, objects]) => [name, new CollectionSlice(objects)])));
}
