import { DestinationRule } from '@quartet/api/istio/networking/v1alpha3/destination_rule';
import { Resolution, type ConfigObject, type Service } from '@quartet/model';
import { describe, expect, it } from 'vitest';
import { tlsCheck, type ServerMode } from './tls-check.js';

const metadata = { name: 'r', namespace: 'ns', labels: {}, annotations: {}, creationTimestamp: 0, resourceVersion: '1' };
const service = (more: Partial<Service> = {}): Service => ({
  hostname: 'a', address: '0.0.0.0', clusterVIPs: {}, ports: [{ name: 'http', port: 80, protocol: 'HTTP' }], resolution: Resolution.ClientSideLB, meshExternal: false,
  serviceAccounts: [], creationTime: 0, attributes: { serviceRegistry: 'MCP', name: 'a', namespace: 'ns', uid: '', exportTo: [], clusterExternalAddresses: {} }, ...more,
});
const ruleOf = (spec: object): ConfigObject<DestinationRule> => ({ collection: '', kind: 'DestinationRule', metadata, spec: DestinationRule.fromJSON(spec) });
const check = (mode: ServerMode, spec?: object, autoMtls = false) =>
  tlsCheck({ services: [service(), service({ hostname: 'x', meshExternal: true })], autoMtls, server: () => ({ mode, policy: mode === 'UNKNOWN' ? undefined : metadata }), rule: () => (spec ? ruleOf(spec) : undefined) });

describe('the TLS check', () => {
  it.each([
    ['STRICT', 'ISTIO_MUTUAL', 'OK'], ['STRICT', 'DISABLE', 'CONFLICT'], ['STRICT', 'SIMPLE', 'CONFLICT'],
    ['PERMISSIVE', 'ISTIO_MUTUAL', 'OK'], ['PERMISSIVE', 'DISABLE', 'OK'], ['PERMISSIVE', 'MUTUAL', 'CONFLICT'],
    ['DISABLE', 'DISABLE', 'OK'], ['DISABLE', 'ISTIO_MUTUAL', 'CONFLICT'], ['UNKNOWN', 'DISABLE', 'CONFLICT'],
  ] as const)('%s against %s is %s', (server, client, expected) => {
    expect(check(server, { host: 'a', trafficPolicy: { tls: { mode: client } } })).toMatchObject([{ host: 'a', port: 80, client_protocol: client, server_protocol: server, TLS_conflict_status: expected }]);
  });

  it('says OK or AUTO where the client has no settings', () => {
    expect(check('STRICT')).toEqual([{ host: 'a', port: 80, authentication_policy_name: 'ns/r', destination_rule_name: '-', server_protocol: 'STRICT', client_protocol: '-', TLS_conflict_status: 'OK' }]);
    expect(check('STRICT', undefined, true)).toMatchObject([{ TLS_conflict_status: 'AUTO' }]);
  });

  it('looks into ports and subsets', () => {
    const rows = check('STRICT', {
      host: 'a', trafficPolicy: { tls: { mode: 'DISABLE' }, portLevelSettings: [{ port: { number: 80 }, tls: { mode: 'ISTIO_MUTUAL' } }] },
      subsets: [{ name: 'v1' }, { name: 'v2', trafficPolicy: { tls: { mode: 'SIMPLE' } } }],
    });
    expect(rows.map(({ host, client_protocol }) => [host, client_protocol])).toEqual([['a', 'ISTIO_MUTUAL'], ['a|v1', 'ISTIO_MUTUAL'], ['a|v2', 'SIMPLE']]);
  });
});
