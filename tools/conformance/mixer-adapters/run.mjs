// The adapters of this Mixer, and how the tables' cases run one.
import { builtInAdapters } from '@quartet/mixer-feature';
import { ValueType } from '@quartet/mixer-adapter-sdk';
import { runAdapter } from '@quartet/mixer-adapter-sdk/testing';
import { Exposition, PodIndex } from '@quartet/mixer-adapters';
import { decodeValue } from '../values.mjs';

const types = { int64: 'INT64', string: 'STRING', bool: 'BOOL', double: 'DOUBLE', time: 'TIMESTAMP', duration: 'DURATION', ip: 'IP_ADDRESS', stringmap: 'STRING_MAP' };

/** All adapters afresh, with the exposition that the prometheus adapter fills. */
export function newAdapters({ pods = [] } = {}) {
  const exposition = new Exposition();
  return { exposition, adapters: builtInAdapters({ exposition, pods: new PodIndex(pods) }) };
}

export async function run(name, options = {}) {
  const { adapters, exposition } = newAdapters(options);
  return { ...(await runAdapter(adapters.get(name), { ...options, params: options.params === 'DEFAULT' ? {} : options.params })), exposition };
}

export function decodeAll(tagged = {}) {
  return Object.fromEntries(Object.entries(tagged).map(([name, value]) => [name, decodeValue(value)]));
}

export function typesOf(tagged = {}) {
  return Object.fromEntries(Object.entries(tagged).map(([name, { t }]) => [name, ValueType[types[t]] ?? 0]));
}

/** Whether a handler of these params (and instances) can be built. */
export async function builds(name, options) {
  try {
    await run(name, options);
    return true;
  } catch {
    return false;
  }
}

export const durationMs = (text) => decodeValue({ t: 'duration', v: text }).toMilliseconds();
