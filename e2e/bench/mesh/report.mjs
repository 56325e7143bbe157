import { formatSpread, spread, table } from './statistics.mjs';

export function printReport(results) {
  const { machine, options } = results;
  console.log(`Quartet, ${results.date.slice(0, 10)}: ${machine.cores} cores (${machine.processor}), ${machine.memoryGiB} GiB, Node ${machine.node}; ${options.rounds} rounds of ${options.seconds} s; took ${results.tookSeconds} s`);
  console.log(`\nAll ready after ${results.secondsToReady.toFixed(1)} s\n\nAt rest`);
  console.log(restTable(results.rest));
  console.log(`\nLatency of a product page at ${options.rate}/s, ms: median of rounds (range)`);
  console.log(latencyTable(results.gentle));
  console.log(`\nTwo cores saturated by ${options.connections} connections: median of rounds (range)`);
  console.log(saturationTable(results, machine.cores));
  console.log('\nCPU seconds per 1,000 product pages, while saturated, less what is used at rest');
  console.log(cpuTable(results));
  const { answered, fromCache } = results.checks;
  console.log(`\nChecks: ${answered} answered by agents, ${((100 * fromCache) / answered).toFixed(2)} % from their cache`);
}

/** MiB by group; the processes of a group that differ by more than a fifth from its mean are named. */
function restTable({ memory, idleCores }) {
  const rows = Object.entries(Object.groupBy(memory, ({ group }) => group)).flatMap(([group, members]) => {
    const sum = (field) => members.reduce((all, member) => all + member[field], 0);
    const row = [group, members.length, sum('rss').toFixed(0), (sum('rss') / members.length).toFixed(0), sum('pss').toFixed(0), (100 * (idleCores[group] ?? 0)).toFixed(1)];
    const mean = sum('rss') / members.length;
    const named = members.every(({ rss }) => Math.abs(rss - mean) < mean / 5) ? [] : members.map(({ name, rss, pss }) => [`  ${name}`, '', rss.toFixed(0), '', pss.toFixed(0), '']);
    return [row, ...named];
  });
  const all = (field) => memory.reduce((sum, member) => sum + member[field], 0).toFixed(0);
  return table(['group', 'processes', 'RSS MiB', 'each', 'PSS MiB', 'CPU % of a core'], [...rows, ['all', memory.length, all('rss'), '', all('pss'), (100 * total(idleCores)).toFixed(1)]]);
}

/** What is added is taken within each round, against the applications alone in the same round. */
function latencyTable(gentle) {
  const [bare] = Object.values(gentle);
  const rows = Object.entries(gentle).map(([name, rounds]) => {
    const column = (field) => formatSpread(spread(rounds.map((round) => round[field])), 1);
    const added = (field) => (rounds === bare ? '' : formatSpread(spread(rounds.map((round, index) => round[field] - bare[index][field])), 1));
    return [name, column('p50'), column('p99'), added('p50'), added('p99')];
  });
  return table(['', 'p50', 'p99', 'added p50', 'added p99'], rows);
}

/** CPU seconds by group that the pages of a round took: what the mesh uses at rest is not theirs. */
function cpuOfPages({ cpu }, idleCores) {
  const inMesh = 'Envoys' in cpu.groups;
  return Object.fromEntries(Object.entries(cpu.groups).map(([group, used]) => [group, inMesh ? Math.max(0, used - (idleCores[group] ?? 0) * cpu.elapsed) : used]));
}

const total = (groups) => Object.values(groups).reduce((sum, value) => sum + value, 0);

/**
 * Beside what was answered, what the cores could answer if nothing else ran on them: free cores / CPU seconds of a page.
 * `cores busy with it` says how much of the machine the measurement had.
 */
function saturationTable({ full, rest: { idleCores } }, cores) {
  const rows = Object.entries(full).map(([name, rounds]) => {
    const column = (of, digits) => formatSpread(spread(rounds.map(of)), digits);
    const free = (round) => cores - ('Envoys' in round.cpu.groups ? total(idleCores) : 0);
    return [
      name,
      column(({ perSecond }) => perSecond, 0),
      column(({ p50 }) => p50, 1),
      column(({ p99 }) => p99, 1),
      column((round) => (free(round) * round.answered) / total(cpuOfPages(round, idleCores)), 0),
      column(({ cpu }) => total(cpu.groups) / cpu.elapsed, 1),
      column(({ cpu }) => cpu.machine / cpu.elapsed, 1),
    ];
  });
  return table(['', 'requests/s', 'p50 ms', 'p99 ms', 'by CPU used', 'cores busy with it', 'cores busy'], rows);
}

function cpuTable({ full, rest: { idleCores } }) {
  const groups = [...new Set(Object.values(full).flatMap((rounds) => rounds.flatMap(({ cpu }) => Object.keys(cpu.groups))))];
  const column = (rounds, of) => spread(rounds.map((round) => (1000 * of(cpuOfPages(round, idleCores))) / round.answered)).median.toFixed(2);
  const cell = (rounds, group) => (group in rounds[0].cpu.groups ? column(rounds, (used) => used[group] ?? 0) : '');
  const variants = Object.values(full);
  const rows = groups.map((group) => [group, ...variants.map((rounds) => cell(rounds, group))]);
  return table(['group', ...Object.keys(full)], [...rows, ['all', ...variants.map((rounds) => column(rounds, total))]]);
}
