import { formatSpread, spread, table } from './statistics.mjs';

export function printReport(results) {
  const { machine, options } = results;
  console.log(`Quartet, ${results.date.slice(0, 10)}: ${machine.cores} cores (${machine.processor}), ${machine.memoryGiB} GiB, Node ${machine.node}; ${options.rounds} rounds of ${options.seconds} s; took ${results.tookSeconds} s`);
  console.log(`\nAll ready after ${results.secondsToReady.toFixed(1)} s\n\nAt rest`);
  console.log(restTable(results.rest));
  console.log(`\nLatency of a product page at ${options.rate}/s, ms: median of rounds (range)`);
  console.log(latencyTable(results.gentle));
  console.log(`\nTwo cores saturated by ${options.connections} connections: median of rounds (range)`);
  console.log(saturationTable(results.full, machine.cores));
  console.log('\nCPU seconds per 1,000 product pages, while saturated');
  console.log(cpuTable(results.full));
  const { answered, fromCache } = results.checks;
  console.log(`\nChecks: ${answered} answered by agents, ${((100 * fromCache) / answered).toFixed(2)} % from their cache`);
}

/** MiB by group; the processes of a group that differ by more than a fifth from its mean are named. */
function restTable({ memory, idleCores }) {
  const rows = Object.entries(Object.groupBy(memory, ({ group }) => group)).flatMap(([group, members]) => {
    const sum = (field) => members.reduce((total, member) => total + member[field], 0);
    const total = [group, members.length, sum('rss').toFixed(0), (sum('rss') / members.length).toFixed(0), sum('pss').toFixed(0), (100 * (idleCores[group] ?? 0)).toFixed(1)];
    const mean = sum('rss') / members.length;
    const named = members.every(({ rss }) => Math.abs(rss - mean) < mean / 5) ? [] : members.map(({ name, rss, pss }) => [`  ${name}`, '', rss.toFixed(0), '', pss.toFixed(0), '']);
    return [total, ...named];
  });
  const all = (field) => memory.reduce((total, member) => total + member[field], 0).toFixed(0);
  const idle = Object.values(idleCores).reduce((total, share) => total + share, 0);
  return table(['group', 'processes', 'RSS MiB', 'each', 'PSS MiB', 'CPU % of a core'], [...rows, ['all', memory.length, all('rss'), '', all('pss'), (100 * idle).toFixed(1)]]);
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

const ours = ({ groups }) => Object.values(groups).reduce((total, seconds) => total + seconds, 0);

/**
 * Beside what was answered, what the cores could answer if nothing else ran on them: cores / CPU seconds of a page.
 * `cores busy with it` says how much of the machine the measurement had.
 */
function saturationTable(full, cores) {
  const rows = Object.entries(full).map(([name, rounds]) => {
    const column = (of, digits) => formatSpread(spread(rounds.map(of)), digits);
    return [
      name,
      column(({ perSecond }) => perSecond, 0),
      column(({ p50 }) => p50, 1),
      column(({ p99 }) => p99, 1),
      column(({ cpu, answered }) => (cores * answered) / ours(cpu), 0),
      column(({ cpu }) => ours(cpu) / cpu.elapsed, 1),
      column(({ cpu }) => cpu.machine / cpu.elapsed, 1),
    ];
  });
  return table(['', 'requests/s', 'p50 ms', 'p99 ms', 'by CPU used', 'cores busy with it', 'cores busy'], rows);
}

function cpuTable(full) {
  const names = Object.keys(full);
  const groups = [...new Set(Object.values(full).flatMap((rounds) => rounds.flatMap(({ cpu }) => Object.keys(cpu.groups))))];
  const cell = (rounds, of) => spread(rounds.map(({ cpu, answered }) => (1000 * of(cpu)) / answered)).median.toFixed(2);
  const rows = groups.map((group) => [group, ...names.map((name) => (full[name].some(({ cpu }) => group in cpu.groups) ? cell(full[name], ({ groups: used }) => used[group] ?? 0) : ''))]);
  return table(['group', ...names], [...rows, ['all', ...names.map((name) => cell(full[name], ours))]]);
}
