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

export function validateComponentConfig({ metadata, spec }: ConfigObject): Problem[] {
  const problems: Problem[] = [];
  const fault = (path: string, message: string, severity: Problem['severity'] = 'error'): void => void problems.push({ path, message, severity });
  if (!components.includes(metadata.name)) fault('metadata.name', `no component is named "${metadata.name}"; there are ${components.join(', ')}`, 'warning');
  const { logLevels, settings, ...others } = spec as Record<string, unknown>;
  for (const field of Object.keys(others)) fault(childPath('spec', field), 'unknown field');
  if (settings !== undefined && !isObject(settings)) fault('spec.settings', 'expected an object');
  if (logLevels === undefined) return problems;
  if (!isObject(logLevels)) fault('spec.logLevels', 'expected an object of scopes and levels');
  else checkLevels(logLevels, fault);
  return problems;
}

function checkLevels(logLevels: Record<string, unknown>, fault: (path: string, message: string) => void): void {
  for (const [scope, level] of Object.entries(logLevels)) {
    if (!levels.includes(level as string)) fault(childPath('spec.logLevels', scope), `expected one of ${levels.join(', ')}, got ${JSON.stringify(level)}`);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
