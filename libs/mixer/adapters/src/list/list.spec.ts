import { Code, parseIp, type Value } from '@quartet/mixer-adapter-sdk';
import { runAdapter } from '@quartet/mixer-adapter-sdk/testing';
import { describe, expect, it } from 'vitest';
import { listChecker } from './list.js';

const statusOf = async (params: object, value: Value | undefined) => {
  const { handler } = await runAdapter(listChecker(), { params });
  return (await handler.handleListEntry?.({ name: 'i', value }))?.status;
};

describe('listchecker', () => {
  it.each<[string, object, Value | undefined, number, string]>([
    ['a listed string', { overrides: ['a'] }, 'a', Code.OK, ''],
    ['another string', { overrides: ['a'] }, 'A', Code.PERMISSION_DENIED, 'A is not whitelisted'],
    ['a listed string of a blacklist', { overrides: ['a'], blacklist: true }, 'a', Code.PERMISSION_DENIED, 'a is blacklisted'],
    ['any case', { overrides: ['Abc'], entryType: 'CASE_INSENSITIVE_STRINGS' }, 'aBC', Code.OK, ''],
    ['an address in a network', { overrides: ['10.1.0.0/16'], entry_type: 'IP_ADDRESSES' }, '10.1.2.3', Code.OK, ''],
    ['an address as bytes', { overrides: ['10.1.0.0/16'], entry_type: 'IP_ADDRESSES' }, parseIp('::ffff:10.1.2.3'), Code.OK, ''],
    ['an address outside', { overrides: ['10.1.0.0/16'], entry_type: 'IP_ADDRESSES' }, '10.2.0.0', Code.PERMISSION_DENIED, '10.2.0.0 is not whitelisted'],
    ['a text that is no address', { overrides: ['10.1.0.0/16'], entry_type: 'IP_ADDRESSES' }, 'x', Code.INVALID_ARGUMENT, 'x is not a valid IP address'],
    ['a pattern', { overrides: ['b+c'], entryType: 'REGEX' }, 'abbcd', Code.OK, ''],
    ['a number', { overrides: ['1'] }, 1, Code.INVALID_ARGUMENT, '1 is not a string or an IP address'],
  ])('answers %s', async (_, params, value, code, message) => {
    expect(await statusOf(params, value)).toEqual({ code, message });
  });

  it.each([
    [{ provider_url: 'example.com' }, 'providerUrl'],
    [{ provider_url: 'http://a', refresh_interval: '0.5s' }, 'refreshInterval'],
    [{ provider_url: 'http://a', ttl: '30s' }, 'ttl'],
    [{ caching_use_count: -1 }, 'cachingUseCount'],
    [{ overrides: ['('], entryType: 'REGEX' }, 'overrides'],
  ])('refuses %j', async (params, field) => {
    await expect(runAdapter(listChecker(), { params })).rejects.toThrow(`${field}: `);
  });

  it('keeps a list through failed fetches until its ttl has passed', async () => {
    let answer: () => Promise<string> = () => Promise.resolve('a\nb\n');
    const { handler, scheduler, logs } = await runAdapter(listChecker(() => answer()), { params: { provider_url: 'http://lists/x', refresh_interval: '1s', ttl: '3s' } });
    const check = () => handler.handleListEntry?.({ name: 'i', value: 'b' });
    expect(check()).toMatchObject({ status: { code: 0 }, validDurationMs: 300_000, validUseCount: 10_000 });
    answer = () => Promise.reject(new Error('down'));
    await scheduler.advance(2000);
    expect(check()).toMatchObject({ status: { code: 0 } });
    await scheduler.advance(1000);
    expect(check).toThrow('down');
    expect(logs).toContain('warn: could not fetch list from http://lists/x: down');
    answer = () => Promise.resolve('c');
    await scheduler.advance(1000);
    expect(check()).toMatchObject({ status: { code: Code.PERMISSION_DENIED } });
  });
});
