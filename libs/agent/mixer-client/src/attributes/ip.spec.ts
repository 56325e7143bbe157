import { expect, it } from 'vitest';
import { ipBytes, mappedIpBytes } from './ip.js';

it.each([
  ['10.1.2.3', '0a010203'],
  ['::', '00000000000000000000000000000000'],
  ['::1', '00000000000000000000000000000001'],
  ['fe80::1%eth0', 'fe800000000000000000000000000001'],
  ['2001:db8::a:b', '20010db80000000000000000000a000b'],
  ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008'],
  ['::ffff:10.1.2.3', '00000000000000000000ffff0a010203'],
  ['10.1.2', undefined],
  ['', undefined],
  ['/var/run/socket', undefined],
])('bytes of %s', (text, hex) => {
  const bytes = ipBytes(text);
  expect(bytes && Buffer.from(bytes).toString('hex')).toBe(hex);
});

it('maps IPv4 into IPv6', () => expect(Buffer.from(mappedIpBytes('10.1.2.3')!).toString('hex')).toBe('00000000000000000000ffff0a010203'));
