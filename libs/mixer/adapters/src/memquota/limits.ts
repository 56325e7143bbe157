import { stringEquals, stringify, type Dimensions } from '@quartet/mixer-adapter-sdk';

export interface Override {
  readonly dimensions: Readonly<Record<string, string>>;
}

/** The first override all of whose dimensions the instance has, each compared as the dimension's own type. */
export function matchingOverride<O extends Override>(overrides: readonly O[], dimensions: Dimensions): O | undefined {
  return overrides.find((override) => Object.entries(override.dimensions).every(([name, value]) => Object.hasOwn(dimensions, name) && stringEquals(dimensions[name], value)));
}

/** What one counter counts: the quota's name and its dimensions, sorted. */
export function quotaKey(name: string, dimensions: Dimensions): string {
  const parts = Object.keys(dimensions).sort().map((dimension) => `;${dimension}=${stringify(dimensions[dimension])}`);
  return name + parts.join('');
}
