// What a mesh costs: time to ready, memory, latency of a product page, requests per second, CPU by group.
// Run after a build: npm run bench:mesh -- [--rounds N] [--seconds S] [--rate R] [--json FILE]
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { setTimeout as delay } from 'node:timers/promises';
import { join } from 'node:path';
import { fetchText, PODS, parsePrometheusText, sumSamples } from '@quartet/local-mesh';
import { printReport } from './mesh/report.mjs';
import { memoryOf, meterCpu } from './mesh/processes.mjs';
import { startBare, startMesh } from './mesh/variants.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const help = `bench:mesh: what the mesh costs, beside the same applications without it

  --rounds N        rounds of each kind; a round measures each variant once, in turn (4)
  --seconds S       length of a measurement (6)
  --rate R          product pages a second while latency is measured (15)
  --connections N   requests under way while the cores are saturated (16)
  --subnet A.B      first two numbers of the first mesh's addresses; the second takes the next (127.101)
  --profile DIR     writes a CPU profile of each component of the mesh with checks
  --json FILE       writes all results`;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '4' },
    seconds: { type: 'string', default: '6' },
    rate: { type: 'string', default: '15' },
    connections: { type: 'string', default: '16' },
    subnet: { type: 'string', default: '127.101' },
    profile: { type: 'string' },
    json: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

const number = (name) => {
  const value = Number(values[name]);
  if (value > 0) return value;
  throw new Error(`--${name} is ${JSON.stringify(values[name])}; it must be a number above 0`);
};

/** One load in a process of its own, with the CPU that each group used meanwhile. */
async function load(variant, flags) {
  const meter = meterCpu(variant.processes());
  const args = [join(root, 'apps/bookinfo/loadgen/dist/main.js'), '--url', variant.url, '--json', ...Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, String(value)])];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  const summary = JSON.parse(stdout);
  const failed = summary.sent - (summary.statuses['200'] ?? 0);
  if (failed > summary.sent / 100) throw new Error(`${variant.name}: ${failed} of ${summary.sent} requests failed: ${stdout}`);
  return { answered: summary.answered, seconds: summary.seconds, perSecond: summary.requestsPerSecond, p50: summary.latencyMs.p50, p99: summary.latencyMs.p99, failed, shed: summary.shed, cpu: meter() };
}

/** Measures each variant once a round, each round beginning with another, so that what else the machine does meets all alike. */
async function rounds(variants, { count, step, label }) {
  const results = Object.fromEntries(variants.map(({ name }) => [name, []]));
  for (let round = 0; round < count; round += 1) {
    for (let turn = 0; turn < variants.length; turn += 1) {
      const variant = variants[(round + turn) % variants.length];
      results[variant.name].push(await step(variant));
    }
    console.error(`${label}: round ${round + 1} of ${count}`);
  }
  return results;
}

/** Memory and CPU of a mesh that nobody uses. */
async function atRest(variant) {
  await delay(10_000);
  const processes = variant.processes();
  const meter = meterCpu(processes);
  const seconds = 10;
  await delay(seconds * 1000);
  const idle = Object.entries(meter().groups).map(([group, used]) => [group, used / seconds]);
  return { memory: processes.map((process) => ({ ...process, ...memoryOf(process) })), idleCores: Object.fromEntries(idle) };
}

/** Checks that agents answered, and how many of them without asking Mixer. */
async function checks({ mesh }) {
  const pages = await Promise.all(PODS.map(({ n }) => fetchText(`http://${mesh.layout.podIp(n)}:15020/metrics`)));
  const samples = pages.flatMap(({ body }) => parsePrometheusText(body));
  return { answered: sumSamples(samples, 'envoy_http_mixer_filter_total_check_calls'), fromCache: sumSamples(samples, 'envoy_http_mixer_filter_total_check_cache_hits') };
}

async function main() {
  if (values.help) return console.log(help);
  const [count, seconds, rate, connections] = ['rounds', 'seconds', 'rate', 'connections'].map(number);
  const [first, second] = values.subnet.split('.').map(Number);
  const started = performance.now();
  const running = [];
  const keep = (variant) => (running.push(variant), variant);
  try {
    const env = values.profile && { NODE_OPTIONS: `--enable-source-maps --cpu-prof --cpu-prof-dir=${values.profile}` };
    const checked = keep(await startMesh(root, { name: 'mesh, checks', subnet: values.subnet, checks: true, env }));
    console.error(`mesh ready after ${checked.mesh.secondsToReady} s`);
    const rest = await atRest(checked);
    const bare = keep(await startBare(root));
    const unchecked = keep(await startMesh(root, { name: 'mesh, no checks', subnet: `${first}.${second + 1}`, checks: false }));
    const variants = [bare, unchecked, checked];

    for (const variant of variants) await load(variant, { rate: 'max', connections: 4, duration: 4 });
    const gentle = await rounds(variants, { count, label: 'latency', step: (variant) => load(variant, { rate, duration: seconds }) });
    const full = await rounds(variants, { count, label: 'saturation', step: (variant) => load(variant, { rate: 'max', connections, duration: seconds }) });
    const results = {
      date: new Date().toISOString(),
      machine: { cores: availableParallelism(), processor: cpus()[0]?.model, memoryGiB: Math.round(totalmem() / 2 ** 30), node: process.version },
      options: { rounds: count, seconds, rate, connections },
      secondsToReady: checked.mesh.secondsToReady,
      rest,
      gentle,
      full,
      checks: await checks(checked),
      tookSeconds: Math.round((performance.now() - started) / 1000),
    };
    printReport(results);
    if (values.json) writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`);
  } finally {
    for (const { stop } of running) await stop();
  }
}

await main();
