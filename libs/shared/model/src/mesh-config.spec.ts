import { describe, expect, it } from 'vitest';
import { meshConfigKind } from './kinds.js';
import { defaultMeshConfig, parseMeshConfig, parseMeshNetworks } from './mesh-config.js';
import { formatProblem } from './problem.js';
import { validateObject } from './validation/validate-object.js';

const faults = (json: unknown) => {
  const { spec, problems } = parseMeshConfig(json);
  const metadata = { name: 'meshconfig', namespace: 'istio-system', labels: {}, annotations: {}, creationTimestamp: 0, resourceVersion: '' };
  return [...problems, ...validateObject({ collection: meshConfigKind.collection, kind: 'MeshConfig', metadata, spec })].map(formatProblem);
};

describe('parseMeshConfig', () => {
  it('is the defaults without input', () => expect(parseMeshConfig(undefined)).toEqual({ spec: defaultMeshConfig(), problems: [] }));

  it('replaces single fields, in defaultConfig too, even by empty values', () => {
    const { spec } = parseMeshConfig({ access_log_file: '', disablePolicyChecks: false, defaultConfig: { discoveryAddress: 'pilot:1' } });
    expect(spec).toMatchObject({ accessLogFile: '', disablePolicyChecks: false, connectTimeout: { seconds: 1 }, defaultConfig: { discoveryAddress: 'pilot:1', proxyAdminPort: 15_000 } });
  });

  it('only warns of fields that Helm writes and nobody reads', () => {
    const { spec, problems } = parseMeshConfig({ localityLbSetting: { enabled: true } });
    expect(problems).toEqual([{ path: 'localityLbSetting.enabled', message: 'unknown field', severity: 'warning' }]);
    expect(spec.localityLbSetting).toEqual({ distribute: [], failover: [] });
  });
});

describe('validation of the mesh file', () => {
  it.each([
    [{ mixerCheckServer: 'istio-policy.istio-system:9091', localityLbSetting: { distribute: [{ from: 'a/*', to: { 'a/b': 80, 'c/*': 20 } }] } }, undefined],
    [{ mixerCheckServer: 'istio-policy' }, /^spec.mixerCheckServer: .*is not host:port/],
    [{ proxyListenPort: 0 }, /^spec.proxyListenPort: .*range 1..65535/],
    [{ connectTimeout: '31s' }, /^spec.connectTimeout: must not exceed 30s/],
    [{ defaultConfig: { drainDuration: '60s' } }, /^spec.defaultConfig.parentShutdownDuration: must be longer/],
    [{ defaultConfig: { drainDuration: '1.5s' } }, /whole number of seconds/],
    [{ defaultConfig: { controlPlaneAuthPolicy: 'INHERIT' } }, /must be NONE or MUTUAL_TLS/],
    [{ defaultConfig: { tracing: { zipkin: { address: '$(HOST_IP):9411' } } } }, undefined],
    [{ defaultConfig: { tracing: { lightstep: { address: 'a:1', accessToken: 't', secure: true } } } }, /cacertPath: secure needs it/],
    [{ defaultConfig: { statsdUdpAddress: '[::1]:9125' } }, undefined],
    [{ localityLbSetting: { distribute: [{ from: 'a/b', to: { 'a/b': 90 } }] } }, /must add up to 100, not 90/],
    [{ localityLbSetting: { distribute: [{ from: 'a/b', to: { a: 100 } }, { from: 'a/*', to: { a: 100 } }] } }, /"a\/\*" overlaps with "a\/b"/],
    [{ localityLbSetting: { distribute: [{ from: '*/b', to: { a: 100 } }] } }, /only as its last part/],
    [{ localityLbSetting: { failover: [{ from: 'a', to: 'a' }] } }, /must differ/],
    [{ localityLbSetting: { failover: [{ from: 'a', to: 'b*' }] } }, /must not be a wildcard/],
  ])('%j', (json, fault) => {
    if (fault === undefined) expect(faults(json)).toEqual([]);
    else expect(faults(json)[0]).toMatch(fault);
  });
});

it('parseMeshNetworks reads networks with their gateways', () => {
  const { spec, problems } = parseMeshNetworks({ networks: { n1: { endpoints: [{ fromRegistry: 'c1' }], gateways: [{ address: '1.1.1.1', port: 443 }] } } });
  expect(problems).toEqual([]);
  expect(spec.networks.n1).toMatchObject({ endpoints: [{ fromRegistry: 'c1' }], gateways: [{ address: '1.1.1.1', port: 443 }] });
});
