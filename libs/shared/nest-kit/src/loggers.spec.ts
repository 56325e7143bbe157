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

  it('lets configuration take the place of earlier configuration and of what it names, and gives back what it no longer names', () => {
    const { loggers } = capture('default:info,ads:error');
    expect(loggers.configure('ads:debug,mcp:trace')).toBeUndefined();
    loggers.setLevels('mcp:error,sds:debug');
    expect(loggers.effectiveLevels()).toEqual({ default: 'info', ads: 'debug', mcp: 'error', sds: 'debug' });
    loggers.configure('mcp:warn');
    expect(loggers.effectiveLevels()).toEqual({ default: 'info', ads: 'error', mcp: 'warn', sds: 'debug' });
    expect(loggers.configure('mcp:loud')).toContain('"loud"');
    loggers.configure('');
    expect(loggers.effectiveLevels()).toEqual({ default: 'info', ads: 'error', sds: 'debug' });
  });

  it('redacts secrets', () => {
    const { lines, loggers } = capture('default:info');
    loggers.get('x').info({ token: 'abc', peer: { privateKey: 'def' } }, 'm');
    expect(JSON.stringify(lines)).not.toMatch(/abc|def/);
  });
});
