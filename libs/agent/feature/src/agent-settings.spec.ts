import { expect, it } from 'vitest';
import { readAgentSettings } from './agent-settings.js';

it.each([
  [{}, {}],
  [{ reportBatchMaxEntries: 10, reportBatchMaxTime: '250ms' }, { reportBatchMaxEntries: 10, reportBatchMaxTimeMs: 250 }],
  [{ reportBatchMaxEntries: 0, reportBatchMaxTime: '0s' }, {}],
])('reads %j', (settings, expected) => expect(readAgentSettings(settings)).toEqual(expected));

it.each([
  [{ nonsense: 3 }, /settings\.nonsense: unknown/],
  [{ reportBatchMaxEntries: -1 }, /settings\.reportBatchMaxEntries: expected a whole number/],
  [{ reportBatchMaxTime: 'soon' }, /settings\.reportBatchMaxTime: expected a duration/],
])('refuses %j naming the field', (settings, message) => expect(readAgentSettings(settings)).toMatch(message));
