import { describe, expect, it } from 'vitest';
import { joinDiagnostics, pushStatus } from './push-status.js';

const warning = { code: 'DUPLICATE_DOMAIN', severity: 'warning', object: 'VirtualService default/b', field: 'spec.hosts', message: 'dup' } as const;
const error = { code: 'INVALID_FIELD', severity: 'error', object: 'VirtualService default/a', field: 'spec.http', message: 'bad' } as const;

describe('diagnostics', () => {
  it('are joined over proxies, errors first', () => {
    const joined = joinDiagnostics([warning], [{ proxy: 'p2', diagnostics: [error] }, { proxy: 'p1', diagnostics: [{ ...error }] }]);
    expect(joined).toEqual([{ ...error, proxies: ['p1', 'p2'] }, { ...warning, proxies: [] }]);
  });

  it('are the push status, by the metric that counts them', () => {
    const joined = joinDiagnostics([warning, error], []);
    expect(pushStatus('v/1', joined, (code) => (code === 'DUPLICATE_DOMAIN' ? 'pilot_vservice_dup_domain' : ''))).toEqual({
      ProxyStatus: { pilot_vservice_dup_domain: { 'VirtualService default/b': { proxy: '', message: 'dup' } } }, Version: 'v/1',
    });
  });
});
