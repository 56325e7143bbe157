import { childPath, type ConfigObject, type Problem } from '@quartet/model';

/** Configuration of a component as it goes on the control bus. */
export interface PublishedComponentConfig {
  readonly version: string;
  readonly logLevels: Readonly<Record<string, string>>;
  readonly settings: Readonly<Record<string, unknown>>;
}

export interface ComponentConfigs {
  /** By component; `*` is for all. */
  readonly configs: ReadonlyMap<string, PublishedComponentConfig>;
  readonly problems: readonly { readonly object: ConfigObject; readonly problem: Problem }[];
}

const components = ['*', 'pilot', 'mixer', 'citadel', 'galley', 'pilot-agent', 'sidecar-injector', 'istiod'];
/** What can be set of a component while it runs. */
const settingsOf: Readonly<Record<string, readonly string[]>> = {
  pilot: ['debounceAfter', 'debounceMax'],
  istiod: ['debounceAfter', 'debounceMax'],
  'pilot-agent': ['reportBatchMaxEntries', 'reportBatchMaxTime'],
};
const levels = ['none', 'error', 'warn', 'info', 'debug', 'trace'];

/** ComponentConfig objects (`metadata.name` names the component) as they are published. One with an error is left out. */
export function componentConfigs(objects: readonly ConfigObject[]): ComponentConfigs {
  const configs = new Map<string, PublishedComponentConfig>();
  const problems: { object: ConfigObject; problem: Problem }[] = [];
  for (const object of objects) {
    const found = validateComponentConfig(object);
    problems.push(...found.map((problem) => ({ object, problem })));
    if (found.some(({ severity }) => severity === 'error')) continue;
    const { logLevels = {}, settings = {} } = object.spec as { logLevels?: Record<string, string>; settings?: Record<string, unknown> };
    configs.set(object.metadata.name, { version: object.metadata.resourceVersion, logLevels, settings });
  }
  return { configs, problems };
}

/** What of the mesh's settings agents apply while they run (MeshConfig report_batch_max_entries, report_batch_max_time). */
const meshSettingsOfAgents = ['reportBatchMaxEntries', 'reportBatchMaxTime'];

/** Adds the mesh's settings to the configuration of those who apply them; what a ComponentConfig says itself goes first. */
export function withMeshSettings(configs: ReadonlyMap<string, PublishedComponentConfig>, mesh: { readonly version: string; readonly settings: Readonly<Record<string, unknown>> }): ReadonlyMap<string, PublishedComponentConfig> {
  const own = configs.get('pilot-agent');
  const given = Object.fromEntries(meshSettingsOfAgents.flatMap((key) => (mesh.settings[key] === undefined ? [] : [[key, mesh.settings[key]]])));
  if (Object.keys(given).length === 0) return configs;
  const version = own ? `${own.version}+mesh.${mesh.version}` : `mesh.${mesh.version}`;
  return new Map([...configs, ['pilot-agent', { version, logLevels: own?.logLevels ?? {}, settings: { ...given, ...own?.settings } }]]);
}

export function validateComponentConfig({ metadata, spec }: ConfigObject): Problem[] {
  const problems: Problem[] = [];
  const fault = (path: string, message: string, severity: Problem['severity'] = 'error'): void => void problems.push({ path, message, severity });
  if (!components.includes(metadata.name)) fault('metadata.name', `no component is named "${metadata.name}"; there are ${components.join(', ')}`, 'warning');
  const { logLevels, settings, ...others } = spec as Record<string, unknown>;
  for (const field of Object.keys(others)) fault(childPath('spec', field), 'unknown field');
  if (settings !== undefined && !isObject(settings)) fault('spec.settings', 'expected an object');
  else checkSettings(metadata.name, settings ?? {}, fault);
  if (logLevels === undefined) return problems;
  if (!isObject(logLevels)) fault('spec.logLevels', 'expected an object of scopes and levels');
  else checkLevels(logLevels, fault);
  return problems;
}

function checkSettings(component: string, settings: Record<string, unknown>, fault: (path: string, message: string) => void): void {
  const known = settingsOf[component] ?? [];
  for (const key of Object.keys(settings)) {
    if (!known.includes(key)) fault(childPath('spec.settings', key), known.length > 0 ? `unknown setting; ${component} knows ${known.join(' and ')}` : `"${component}" has no settings that change while it runs`);
  }
}

function checkLevels(logLevels: Record<string, unknown>, fault: (path: string, message: string) => void): void {
  for (const [scope, level] of Object.entries(logLevels)) {
    if (!levels.includes(level as string)) fault(childPath('spec.logLevels', scope), `expected one of ${levels.join(', ')}, got ${JSON.stringify(level)}`);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
