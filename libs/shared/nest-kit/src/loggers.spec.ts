import { describe, expect, it } from 'vitest';
import { Loggers } from './loggers.js';

function capture(levels: string) {
  const lines: Record<string, unknown>[] = [];
  const loggers = new Loggers(levels, {}, { write: (line: string) => void lines.push(JSON.parse(line)) });
  return { lines, loggers };
}

describe('Loggers', () => {
  it('keeps a level per scope and changes it while running', () => {
    const { lines, loggers } = capture('default:info,ads:error');
    loggers.get('ads').info('hidden');
    loggers.get('other').info('shown');
    expect(loggers.setLevels('ads:debug')).toBeUndefined();
    loggers.get('ads').debug('now shown');
    expect(lines.map((line) => [line['scope'], line['level'], line['msg']])).toEqual([
      ['other', 'info', 'shown'],
      ['ads', 'debug', 'now shown'],
    ]);
  });

  it('refuses an unknown level and changes nothing', () => {
    const { loggers } = capture('default:info');
    expect(loggers.setLevels('default:debug,ads:loud')).toContain('"loud"');
    expect(loggers.effectiveLevels()).toEqual({ default: 'info' });
  });

  it('redacts secrets', () => {
    const { lines, loggers } = capture('default:info');
    loggers.get('x').info({ token: 'abc', peer: { privateKey: 'def' } }, 'm');
    expect(JSON.stringify(lines)).not.toMatch(/abc|def/);
  });
});
