import { expect, it } from 'vitest';
import { describeRules, problemsOf } from './testdata/rules.js';

const gateway = { apiVersion: 'networking.istio.io/v1alpha3', kind: 'Gateway' };

describeRules({
  ...gateway,
  valid: {
    selector: { istio: 'ingressgateway' },
    servers: [
      { hosts: ['*', 'shop/*.example.com', './a.example.com'], port: { number: 80, name: 'http', protocol: 'HTTP' }, tls: { httpsRedirect: true } },
      { hosts: ['b.example.com'], port: { number: 443, name: 'https', protocol: 'HTTPS' }, tls: { mode: 'SIMPLE', serverCertificate: '/c', privateKey: '/k' } },
      { hosts: ['c.example.com'], port: { number: 444, name: 'sds', protocol: 'TLS' }, tls: { mode: 'MUTUAL', credentialName: 'c' } },
      { hosts: ['1.2.3.4'], port: { number: 9000, name: 'db', protocol: 'mongo' } },
    ],
  },
  refused: [
    ['servers', [], 'at least one server'],
    ['servers[0].hosts', [], 'at least one host'],
    ['servers[0].hosts[0]', 'short', 'is a short name'],
    ['servers[0].hosts[1]', 'a_b/x.example.com', 'not a namespace'],
    ['servers[0].hosts[1]', 'shop/', 'must not be empty'],
    ['servers[0].port', undefined, 'is required'],
    ['servers[0].port.name', '', 'is required'],
    ['servers[0].port.number', 70_000, 'range 1..65535'],
    ['servers[1].port.name', 'http', "name of another server's port"],
    ['servers[1].tls', undefined, 'needs TLS settings'],
    ['servers[1].tls.privateKey', '', 'needs a private key'],
    ['servers[3].tls', {}, 'excludes TLS settings'],
  ],
});

const server = (protocol: string, tls?: unknown) => problemsOf(gateway, { servers: [{ hosts: ['*'], port: { number: 1, name: 'p', protocol }, tls }] });

it.each([
  ['HTTP', { mode: 'SIMPLE' }, ['serverCertificate: mode SIMPLE', 'privateKey: mode SIMPLE', 'tls: protocol HTTP excludes']],
  ['TLS', { mode: 'MUTUAL' }, ['serverCertificate: mode MUTUAL', 'privateKey: mode MUTUAL', 'caCertificates: mode MUTUAL']],
  ['HTTPS', { mode: 'ISTIO_MUTUAL', privateKey: '/k', caCertificates: '/ca' }, ['privateKey: mode ISTIO_MUTUAL', 'caCertificates: mode ISTIO_MUTUAL']],
  ['SMTP', undefined, ['protocol: "SMTP" is no protocol']],
])('reports every fault of a %s server with %j', (protocol, tls, faults) => {
  expect(server(protocol, tls)).toEqual(faults.map((fault) => expect.stringContaining(fault)));
});

it('checks the name of the object', () => {
  const spec = { servers: [{ hosts: ['*'], port: { number: 1, name: 'p', protocol: 'HTTP' } }] };
  expect(problemsOf({ ...gateway, name: 'a.b' }, spec)).toEqual([expect.stringMatching(/^metadata.name: "a.b" is not a label/)]);
});
