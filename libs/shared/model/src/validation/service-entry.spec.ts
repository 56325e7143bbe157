import { describeRules } from './testdata/rules.js';

const entry = { apiVersion: 'networking.istio.io/v1alpha3', kind: 'ServiceEntry' };
const ports = [{ number: 80, name: 'http', protocol: 'HTTP' }, { number: 443, name: 'tls', protocol: 'TLS' }];

describeRules({
  ...entry,
  valid: {
    hosts: ['reviews.default.svc.cluster.local', 'reviews.example.com'], addresses: ['10.0.0.0/24', '10.1.0.1'], ports, location: 'MESH_INTERNAL', resolution: 'STATIC',
    endpoints: [{ address: '127.77.11.1', ports: { http: 9080 }, labels: { version: 'v1' } }], exportTo: ['*'],
  },
  refused: [
    ['hosts', [], 'at least one host'],
    ['hosts[0]', '*', 'is not a service'],
    ['addresses[1]', 'fe80::1', 'not a valid IPv4'],
    ['ports[1].number', 80, 'number of another port'],
    ['ports[1].name', 'http', 'name of another port'],
    ['ports[1].name', 'a_b', 'is not a label'],
    ['ports[0].protocol', 'MONGO', 'several hosts need a protocol'],
    ['endpoints', [], 'resolution STATIC needs endpoints'],
    ['endpoints[0].address', 'host.example.com', 'not a valid IPv4'],
    ['endpoints[0].ports', { grpc: 1 }, 'has no port "grpc"', 'endpoints[0].ports.grpc'],
    ['resolution', 'NONE', 'excludes endpoints', 'endpoints'],
    ['exportTo', ['.', '*'], 'only one entry'],
  ],
});

describeRules({
  ...entry,
  valid: { hosts: ['api.example.com'], ports, resolution: 'DNS', addresses: ['10.1.0.1'] },
  accepted: [['endpoints', [{ address: 'eu.example.com', ports: { http: 1 } }]], ['ports[0].protocol', '']],
  refused: [
    ['hosts[0]', '*.example.com', 'cannot be resolved by DNS'],
    ['addresses[0]', '10.0.0.0/8', 'needs resolution NONE or STATIC'],
    ['endpoints', [{ address: '*.example.com' }], 'invalid part "*"', 'endpoints[0].address'],
    ['endpoints', [{ address: 'a.example.com', ports: { http: 0 } }], 'range 1..65535', 'endpoints[0].ports.http'],
  ],
});

describeRules({
  ...entry,
  valid: { hosts: ['local.example.com'], ports: [{ number: 80, name: 'http', protocol: 'HTTP' }], resolution: 'STATIC', endpoints: [{ address: 'unix:///run/app.sock' }] },
  accepted: [['endpoints[0].address', 'unix://@abstract']],
  refused: [
    ['endpoints[0].address', 'unix://run/app.sock', 'not an absolute path'],
    ['endpoints[0].address', 'unix:///run/', 'not the path of a file'],
    ['endpoints[0].ports', { http: 1 }, 'a Unix socket has no ports'],
    ['ports', ports, 'exactly one service port', 'endpoints[0].address'],
  ],
});
