import { describeRules } from './testdata/rules.js';

describeRules({
  apiVersion: 'networking.istio.io/v1alpha3', kind: 'DestinationRule',
  valid: {
    host: 'cart', exportTo: ['*'],
    trafficPolicy: {
      loadBalancer: { consistentHash: { httpCookie: { name: 'user', ttl: '0s' } } },
      connectionPool: { tcp: { maxConnections: 10, connectTimeout: '1s' }, http: { http1MaxPendingRequests: 1, idleTimeout: '5s' } },
      outlierDetection: { consecutiveErrors: 3, interval: '1s', baseEjectionTime: '3m', maxEjectionPercent: 50 },
      tls: { mode: 'MUTUAL', clientCertificate: '/c.pem', privateKey: '/k.pem' },
      portLevelSettings: [{ port: { number: 80 }, tls: { mode: 'DISABLE' } }],
    },
    subsets: [{ name: 'v1', labels: { version: 'v1' }, trafficPolicy: { loadBalancer: { simple: 'RANDOM' } } }],
  },
  accepted: [['host', '*.example.com'], ['subsets[0].labels', {}], ['trafficPolicy.tls', { mode: 'ISTIO_MUTUAL' }]],
  refused: [
    ['host', '', 'empty domain name'],
    ['subsets[0].name', '', 'must not be empty'],
    ['subsets[0].labels', { version: '-x' }, 'not a valid label value', 'subsets[0].labels.version'],
    ['subsets[0].trafficPolicy', {}, 'must set something'],
    ['trafficPolicy.loadBalancer.consistentHash.httpCookie.name', '', 'is required'],
    ['trafficPolicy.loadBalancer.consistentHash.httpCookie.ttl', undefined, 'is required'],
    ['trafficPolicy.loadBalancer.simple', 'RANDOM', 'excludes consistentHash'],
    ['trafficPolicy.connectionPool', {}, 'http or tcp is required'],
    ['trafficPolicy.connectionPool.tcp.maxConnections', -1, 'must not be negative'],
    ['trafficPolicy.connectionPool.http.idleTimeout', '-1s', 'at least 1ms'],
    ['trafficPolicy.outlierDetection.maxEjectionPercent', 101, 'range 0..100'],
    ['trafficPolicy.outlierDetection.interval', '1ns', 'at least 1ms'],
    ['trafficPolicy.tls.privateKey', '', 'mode MUTUAL needs a private key'],
    ['trafficPolicy.portLevelSettings[0].port', undefined, 'is required'],
    ['trafficPolicy.portLevelSettings[0].tls', undefined, 'must set something', 'trafficPolicy.portLevelSettings[0]'],
  ],
});
