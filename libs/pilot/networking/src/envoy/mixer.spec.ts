import { Attributes } from '@quartet/api/istio/mixer/v1/attributes';
import { HttpGrpcAccessLogConfig } from '@quartet/api/envoy/extensions/access_loggers/grpc/v3/als';
import { describe, expect, it } from 'vitest';
import { mixerHttpLog, mixerTcpLog } from './access-log.js';
import { defaultTextFormat } from './access-log-format.js';
import { encodeAttributes, ipBytes } from './mixer-attributes.js';

it('types the attributes that are not strings', () => {
  const decoded = Attributes.decode(Buffer.from(encodeAttributes({ 'source.uid': 'u', 'destination.port': '9080', 'destination.ip': '127.0.0.1' }), 'base64'));
  expect(decoded.attributes).toMatchObject({ 'source.uid': { stringValue: 'u' }, 'destination.port': { int64Value: 9080 } });
  expect(decoded.attributes['destination.ip']?.bytesValue).toEqual(ipBytes('127.0.0.1'));
});

it.each([
  ['1.2.3.4', '00000000000000000000ffff01020304'], ['::1', '00000000000000000000000000000001'], ['fe80::1:2', 'fe800000000000000000000000010002'], ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008'],
])('ipBytes(%s)', (ip, hex) => expect(ipBytes(ip).toString('hex')).toBe(hex));

describe('the log to the agent', () => {
  const bytes = (log: { typedConfig?: { value: Buffer } | undefined }) => log.typedConfig?.value ?? Buffer.alloc(0);

  it('tags listeners by their metadata; the uid of the endpoint comes after that of the listener, so that it wins', () => {
    const tags = HttpGrpcAccessLogConfig.decode(bytes(mixerHttpLog())).commonConfig?.customTags ?? [];
    expect(tags.map(({ tag }) => tag)).toEqual(expect.arrayContaining(['context.reporter.kind', 'destination.service.host']));
    expect(tags.at(-1)?.metadata?.metadataKey).toMatchObject({ key: 'istio', path: [{ key: 'uid' }] });
    expect(bytes(mixerHttpLog()).includes('%METADATA(LISTENER:istio.mixer:context.reporter.uid)%')).toBe(true);
  });

  it('is one common configuration for HTTP and TCP', () => {
    const length = bytes(mixerTcpLog()).length;
    expect(bytes(mixerHttpLog()).subarray(0, length)).toEqual(bytes(mixerTcpLog()));
  });
});

it('writes the access log line of 1.4', () => {
  expect(defaultTextFormat).toMatch(/^\[%START_TIME%\] "%REQ\(:METHOD\)% .* %REQUESTED_SERVER_NAME% %ROUTE_NAME%\n$/);
});
