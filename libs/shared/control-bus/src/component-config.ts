import type { ComponentConfig } from './types.js';

/**
 * What a component applies: its own configuration over the one for all components, key by key (settings one level deep).
 * The version names both parts, so that Galley can compare it with the one a component acknowledges.
 */
export function mergeComponentConfig(all: ComponentConfig | undefined, own: ComponentConfig | undefined): ComponentConfig {
  if (!all || !own) return own ?? all ?? emptyComponentConfig;
  return {
    version: `${own.version}+${all.version}`,
    logLevels: { ...all.logLevels, ...own.logLevels },
    settings: { ...all.settings, ...own.settings },
  };
}

export const emptyComponentConfig: ComponentConfig = Object.freeze({ version: '', logLevels: Object.freeze({}), settings: Object.freeze({}) });

/** @throws Error that names the field at fault. */
export function parseComponentConfig(value: unknown): ComponentConfig {
  const record = asRecord(value, 'component config');
  const { version, logLevels = {}, settings = {} } = record;
  if (typeof version !== 'string') throw new Error('component config: version: want a string');
  const levels = asRecord(logLevels, 'component config: logLevels');
  for (const [scope, level] of Object.entries(levels)) {
    if (typeof level !== 'string') throw new Error(`component config: logLevels.${scope}: want a string`);
  }
  return { version, logLevels: levels as Record<string, string>, settings: asRecord(settings, 'component config: settings') };
}

function asRecord(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(`${what}: want an object`);
  return value as Record<string, unknown>;
}
