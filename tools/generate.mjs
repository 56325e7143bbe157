// `npm run generate`: proto/ and Envoy's schemas -> libs/shared/api/src/generated.
//
// Envoy's schemas come from @grpc/grpc-js-xds. The validate.proto beside them is older than the schemas: it lacks
// StringRules.ignore_empty (field 26), so a completed copy of it goes into a cache folder that proto/buf.yaml names.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const deps = join(root, 'node_modules/@grpc/grpc-js-xds/deps');
const cache = join(root, 'node_modules/.cache/quartet-validate/validate');

const shipped = readFileSync(join(deps, 'protoc-gen-validate/validate/validate.proto'), 'utf8');
const completed = shipped.includes('ignore_empty')
  ? shipped
  : shipped.replace('message StringRules {', 'message StringRules {\n    optional bool ignore_empty = 26;');
mkdirSync(cache, { recursive: true });
writeFileSync(join(cache, 'validate.proto'), completed);

// All of it goes to a folder aside and is swapped in at the end: whoever runs tests meanwhile sees the old or the new.
const generated = join(root, 'libs/shared/api/src/generated');
const staging = join(root, 'node_modules/.cache/quartet-generated');
const staged = join(staging, 'libs/shared/api/src/generated');
rmSync(staging, { recursive: true, force: true });
mkdirSync(staged, { recursive: true });
const buf = (...args) => execFileSync(join(root, 'node_modules/.bin/buf'), args, { cwd: root, stdio: 'inherit' });
buf('generate', '--template', 'proto/buf.gen.yaml', '--config', 'proto/buf.yaml', '--output', staging);
// Every message with its JSON names and options, for strict JSON and debug output. A module and not a file beside it:
// @quartet/api reads no files.
const descriptors = join(staging, 'descriptors.binpb');
buf('build', '--config', 'proto/buf.yaml', '--exclude-source-info', '-o', descriptors, ...readInputPaths());
writeFileSync(join(staged, 'descriptors.ts'), `export const descriptorSet = '${readFileSync(descriptors).toString('base64')}';\n`);
if (existsSync(generated)) renameSync(generated, join(staging, 'old'));
renameSync(staged, generated);
rmSync(staging, { recursive: true, force: true });

function readInputPaths() {
  const config = readFileSync(join(root, 'proto/buf.gen.yaml'), 'utf8');
  return [...config.matchAll(/^ {6}- (\S+)$/gm)].flatMap(([, path]) => ['--path', path]);
}
