// What Linux tells of processes: memory, CPU time, children.
import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts CPU time in hundredths of a second on every machine that Node runs on. */
const TICKS_PER_SECOND = 100;

/** @typedef {{ name: string, group: string, pid: number }} Process */

/** The processes of a mesh by group; an agent's Envoy is a child of it. @returns {Process[]} */
export function meshProcesses(mesh) {
  const envoys = processesOf('envoy');
  return mesh.supervisor.list().flatMap(({ name, role, identity }) => {
    if (!identity) return [];
    const own = { name, group: groupOf(name, role), pid: identity.pid };
    if (role !== 'sidecar') return [own];
    const children = envoys.filter(({ parent }) => parent === identity.pid);
    return [own, ...children.map(({ pid }) => ({ name: `${name} (Envoy)`, group: 'Envoys', pid }))];
  });
}

function groupOf(name, role) {
  if (name === 'mixer') return 'mixer';
  return { 'control plane': 'galley, pilot, citadel', bus: 'nats-server', metrics: 'prometheus', sidecar: 'agents', workload: 'applications' }[role] ?? role;
}

function processesOf(program) {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((entry) => {
      const stat = statOf(entry);
      return stat?.program === program ? [{ pid: Number(entry), parent: Number(stat.fields[1]) }] : [];
    });
}

/** Name, and fields of /proc/PID/stat from the state on (proc(5) calls it field 3); undefined for a process that ended. */
function statOf(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const end = text.lastIndexOf(')');
    return { program: text.slice(text.indexOf('(') + 1, end), fields: text.slice(end + 2).split(' ') };
  } catch {
    return undefined;
  }
}

/** Seconds of CPU that a process has used, in user and system mode. */
function cpuSeconds(pid) {
  const fields = statOf(pid)?.fields;
  return fields ? (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND : 0;
}

/** Seconds of CPU that the children of this process had used when they ended. */
function endedChildrenSeconds() {
  const { fields } = statOf('self');
  return (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SECOND;
}

/** Seconds of CPU by group since this call, and of the whole machine; `load generator` is what ended children of this process used. */
export function meterCpu(processes) {
  const before = processes.map(({ pid }) => cpuSeconds(pid));
  const childrenBefore = endedChildrenSeconds();
  const machineBefore = machineBusySeconds();
  const started = performance.now();
  return () => {
    const groups = { 'load generator': endedChildrenSeconds() - childrenBefore };
    for (const [index, { group, pid }] of processes.entries()) groups[group] = (groups[group] ?? 0) + cpuSeconds(pid) - before[index];
    return { groups, machine: machineBusySeconds() - machineBefore, elapsed: (performance.now() - started) / 1000 };
  };
}

/** Seconds that all cores together were not idle. */
function machineBusySeconds() {
  const [, ...counters] = readFileSync('/proc/stat', 'utf8').split('\n')[0].split(/\s+/);
  const [user, nice, system, , , irq, softirq] = counters.map(Number);
  return (user + nice + system + irq + softirq) / TICKS_PER_SECOND;
}

/** Resident memory in MiB: `rss` counts pages that processes share in each of them, `pss` counts them once in all. */
export function memoryOf({ pid }) {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const mebibytes = (field) => Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0) / 1024;
  return { rss: mebibytes('Rss'), pss: mebibytes('Pss') };
}
