import { expect, it } from 'vitest';
import { describeRules, problemsOf } from './testdata/rules.js';

const sidecar = { apiVersion: 'networking.istio.io/v1alpha3', kind: 'Sidecar' };

describeRules({
  ...sidecar,
  valid: {
    workloadSelector: { labels: { app: 'reviews' } },
    ingress: [
      { port: { number: 9080, protocol: 'HTTP', name: 'http' }, bind: '127.77.11.1', captureMode: 'NONE', defaultEndpoint: '127.0.0.1:20011' },
      { port: { number: 9081, protocol: 'TCP' }, defaultEndpoint: 'unix:///run/app.sock' },
    ],
    egress: [
      { port: { number: 9080, protocol: 'HTTP', name: 'http' }, bind: '127.77.11.2', captureMode: 'NONE', hosts: ['./*', 'istio-system/*'] },
      { port: { number: 0, protocol: 'TCP' }, bind: 'unix:///run/out.sock', hosts: ['~/*.example.com'] },
      { hosts: ['*/*'] },
    ],
  },
  accepted: [['ingress', []], ['ingress[0].defaultEndpoint', ':20011'], ['workloadSelector', undefined]],
  refused: [
    ['egress', [], 'at least one egress listener'],
    ['workloadSelector.labels', {}, 'at least one label'],
    ['ingress[0].port', undefined, 'is required'],
    ['ingress[1].port.number', 9080, 'taken by another listener'],
    ['ingress[0].bind', '::1', 'not a valid IPv4'],
    ['ingress[0].defaultEndpoint', '10.0.0.1:80', 'must be "127.0.0.1:port"'],
    ['ingress[0].defaultEndpoint', '', 'must be "127.0.0.1:port"'],
    ['ingress[0].port.protocol', 'SMTP', 'is no protocol'],
    ['egress[0].hosts', [], 'at least one host'],
    ['egress[0].hosts[0]', 'reviews', 'must be "namespace/host"'],
    ['egress[0].hosts[0]', './reviews', 'is a short name'],
    ['egress[0].hosts[0]', 'a_b/*', 'is not a namespace'],
    ['egress[1].bind', '127.0.0.1', 'means a Unix socket'],
    ['egress[1].captureMode', 'IPTABLES', 'cannot be captured'],
  ],
});

it('allows one listener without port, as the last', () => {
  expect(problemsOf(sidecar, { egress: [{ hosts: ['*/*'] }, { hosts: ['*/*'] }] })).toEqual([
    expect.stringMatching(/^spec.egress\[0\]: .*must be the last one/), expect.stringMatching(/^spec.egress\[1\]: at most one/),
  ]);
});
