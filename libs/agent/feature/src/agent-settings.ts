import { parseDurationMs } from '@quartet/nest-kit';

/** What can be set of an agent while it runs, from a ComponentConfig or from the mesh's settings that Galley adds. */
export interface AgentSettings {
  readonly reportBatchMaxEntries?: number;
  readonly reportBatchMaxTimeMs?: number;
}

/** @returns the settings, or a text that names the field at fault. Zero stands for the default, as in 1.4's client. */
export function readAgentSettings(settings: Readonly<Record<string, unknown>>): AgentSettings | string {
  const { reportBatchMaxEntries: entries, reportBatchMaxTime: time, ...others } = settings;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) return `settings.${unknown}: unknown; an agent knows reportBatchMaxEntries and reportBatchMaxTime`;
  if (entries !== undefined && !(Number.isInteger(entries) && Number(entries) >= 0)) return `settings.reportBatchMaxEntries: expected a whole number that is not negative, got ${JSON.stringify(entries)}`;
  const timeMs = time === undefined ? 0 : parseDurationMs(String(time));
  if (timeMs === undefined || timeMs < 0) return `settings.reportBatchMaxTime: expected a duration such as 1s, got ${JSON.stringify(time)}`;
  return { ...(entries ? { reportBatchMaxEntries: Number(entries) } : {}), ...(timeMs > 0 ? { reportBatchMaxTimeMs: timeMs } : {}) };
}
