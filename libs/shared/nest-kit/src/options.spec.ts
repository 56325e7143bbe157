import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { addressSchema, parseAddress } from './address.js';
import { durationSchema, parseDurationMs } from './duration.js';
import { defineOptions, environmentName, parseOptions, UsageError } from './options.js';

const specs = defineOptions({
  grpcAddr: { flag: '--grpc-addr <host:port>', help: 'where xDS is served', schema: addressSchema, default: '0.0.0.0:15010' },
  debounce: { flag: '--debounce <duration>', help: 'quiet time before a push', schema: durationSchema, default: '100ms' },
  check: { flag: '--check', help: 'a switch', schema: z.boolean(), default: false },
  label: { flag: '--label <text>', help: 'may be repeated', schema: z.array(z.string()), repeatable: true },
  configDir: { flag: '--config-dir <folder>', help: 'a folder', schema: z.string().optional() },
});
const program = { name: 'pilot', description: 'Serves xDS.', words: '[discovery]' };
const parse = (argv: string[], env: Record<string, string> = {}) => parseOptions(program, specs, { argv, env });

describe('options', () => {
  it('takes flags before the environment before defaults', () => {
    const env = { QUARTET_GRPC_ADDR: '127.0.0.1:1', QUARTET_DEBOUNCE: '1s' };
    const { options, words } = parse(['discovery', '--grpc-addr', '127.0.0.1:2'], env);
    expect(options).toEqual({ grpcAddr: { host: '127.0.0.1', port: 2 }, debounce: 1000, check: false, label: [] });
    expect(words).toEqual(['discovery']);
  });

  it.each([
    [['--check'], true],
    [['--check=false'], false],
    [[], false],
  ])('reads the switch %j as %s', (argv, expected) => {
    expect(parse(argv).options.check).toBe(expected);
  });

  it('collects a repeated option', () => {
    expect(parse(['--label', 'a', '--label', 'b']).options.label).toEqual(['a', 'b']);
    expect(parse([], { QUARTET_LABEL: 'a,b' }).options.label).toEqual(['a', 'b']);
  });

  it.each([
    [['--grpc-addr', 'nowhere'], {}, /--grpc-addr: expected host:port, got "nowhere"/],
    [[], { QUARTET_DEBOUNCE: 'soon' }, /environment QUARTET_DEBOUNCE: expected a duration/],
    [['--unknown'], {}, /unknown option '--unknown'/],
  ])('refuses %j %j naming option, source and reason', (argv, env, message) => {
    expect(() => parse(argv, env as Record<string, string>)).toThrow(message);
  });

  it('shows help that names options, defaults and the environment', () => {
    try {
      parse(['--help']);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(UsageError);
      expect((error as UsageError).exitCode).toBe(0);
      expect((error as UsageError).message).toMatch(/--grpc-addr <host:port>.*\(default: 0\.0\.0\.0:15010\)/);
      expect((error as UsageError).message).toContain('QUARTET_GRPC_ADDR');
    }
  });

  it('derives environment names', () => {
    expect(environmentName('--grpc-addr <a>')).toBe('QUARTET_GRPC_ADDR');
    expect(environmentName('--grpcAddr <a>')).toBe('QUARTET_GRPC_ADDR');
  });
});

describe('address and duration', () => {
  it.each([
    ['127.0.0.1:80', { host: '127.0.0.1', port: 80 }],
    [':80', { host: '0.0.0.0', port: 80 }],
    ['[::1]:80', { host: '::1', port: 80 }],
    ['tcp://h:1', { host: 'h', port: 1 }],
    ['h', undefined],
    ['h:99999', undefined],
  ])('address %s', (text, expected) => expect(parseAddress(text)).toEqual(expected));

  it.each([
    ['1h30m', 5_400_000],
    ['1.5s', 1500],
    ['250ms', 250],
    ['0', 0],
    ['-1s', -1000],
    ['5', undefined],
    ['', undefined],
    ['1x', undefined],
  ])('duration %s', (text, expected) => expect(parseDurationMs(text)).toBe(expected));
});
