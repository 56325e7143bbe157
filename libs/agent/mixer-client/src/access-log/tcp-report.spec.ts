import { describe, expect, it } from 'vitest';
import { AccessLogType } from '@quartet/api/envoy/data/accesslog/v3/accesslog';
import { nodeAttributes } from '../attributes/node.js';
import { DurationValue, type AttributeBag } from '../attributes/value.js';
import { MixerStatistics } from '../statistics.js';
import { tcpEntry, tcpMessage, type LogParts } from '../testdata/log-entries.js';
import { ManualClock } from '../testdata/manual-clock.js';
import { AccessLogServer } from './access-log-server.js';

const { TcpUpstreamConnected: open, TcpPeriodic: periodic, TcpConnectionEnd: end } = AccessLogType;
const checked = { 'context.reporter.kind': 'outbound', 'mixer.check': 'true' };
const ok = { 'envoy.filters.network.ext_authz': { check_cache_hit: false, quota_cache_hit: false } };
const denied = { 'envoy.filters.network.ext_authz': { check_cache_hit: false, quota_cache_hit: false, check_error_code: 16, check_error_message: 'UNAUTHENTICATED' } };

class Driver {
  readonly reports: AttributeBag[] = [];
  readonly statistics = new MixerStatistics();
  readonly server: AccessLogServer;

  constructor(tcpConnections = 10) {
    const node = nodeAttributes({ id: 'sidecar~10.0.0.1~pod1.ns1~ns1.svc.cluster.local' });
    this.server = new AccessLogServer({ node, clock: new ManualClock(), statistics: this.statistics, tcpConnections, report: (bag) => this.reports.push(bag) });
  }

  log(type: AccessLogType, received: number, sent: number, parts: LogParts = {}): void {
    this.server.message(tcpMessage(tcpEntry(type, { received, sent }, parts)));
  }

  /** event, received delta/total, sent delta/total. */
  get summary(): unknown[][] {
    return this.reports.map((bag) => ['event', 'received.bytes', 'received.bytes_total', 'sent.bytes', 'sent.bytes_total'].map((name) => bag.get(`connection.${name}`)));
  }
}

describe('reports of TCP connections', () => {
  it('are open, continue and close; deltas count from the last continue', () => {
    const driver = new Driver();
    driver.log(open, 191, 0);
    driver.log(periodic, 191, 0);
    driver.log(periodic, 300, 50);
    driver.log(end, 310, 50);
    expect(driver.summary).toEqual([['open', 191, 191, 0, 0], ['continue', 191, 191, 0, 0], ['continue', 109, 300, 50, 50], ['close', 10, 310, 0, 50]]);
    expect(driver.reports.map((bag) => bag.get('connection.duration'))).toEqual([undefined, undefined, undefined, new DurationValue(0, 200_000_000)]);
  });

  it('have the golden set', () => {
    const driver = new Driver();
    driver.log(end, 5, 6, { tags: { 'context.reporter.kind': 'inbound', 'destination.service.host': 'svc.ns3' }, metadata: ok });
    expect([...driver.reports[0]!.keys()].sort()).toEqual([
      'check.cache_hit', 'quota.cache_hit', 'connection.duration', 'connection.event', 'connection.id', 'connection.mtls', 'connection.received.bytes', 'connection.received.bytes_total',
      'connection.sent.bytes', 'connection.sent.bytes_total', 'context.protocol', 'context.reporter.kind', 'context.reporter.uid', 'context.time', 'destination.ip', 'destination.namespace',
      'destination.port', 'destination.service.host', 'destination.uid', 'origin.ip', 'source.ip',
    ].sort());
  });

  it('open at the check, if there is one', () => {
    const driver = new Driver();
    driver.log(open, 0, 0, { tags: checked });
    expect(driver.reports).toEqual([]);
    driver.server.tcpAccepted('conn-1');
    driver.log(periodic, 10, 20, { tags: checked, metadata: ok });
    expect(driver.summary).toEqual([['open', 0, 0, 0, 0], ['continue', 10, 10, 20, 20]]);
  });

  it('open at once, if the check came before the log', () => {
    const driver = new Driver();
    driver.server.tcpAccepted('conn-1');
    driver.log(open, 0, 0, { tags: checked });
    expect(driver.summary).toEqual([['open', 0, 0, 0, 0]]);
  });

  it('open before the close that tells of a granted check', () => {
    const driver = new Driver();
    driver.log(open, 0, 0, { tags: checked });
    driver.log(end, 3, 4, { tags: checked, metadata: ok });
    expect(driver.summary).toEqual([['open', 0, 0, 0, 0], ['close', 3, 3, 4, 4]]);
  });

  it.each([['was refused', denied], ['never sent a byte', {}]])('are only a close if the connection %s', (_name, metadata) => {
    const driver = new Driver();
    driver.log(open, 0, 0, { tags: checked });
    driver.log(periodic, 0, 0, { tags: checked, metadata });
    driver.log(end, 0, 0, { tags: checked, metadata });
    expect(driver.summary).toEqual([['close', 0, 0, 0, 0]]);
    expect(driver.reports[0]!.get('check.error_message')).toBe(metadata === denied ? 'UNAUTHENTICATED' : undefined);
  });

  it('of mongo tell its operations', () => {
    const driver = new Driver();
    driver.log(end, 0, 0, { metadata: { 'envoy.filters.network.mongo_proxy': { messages: ['insert'] } } });
    expect(driver.reports[0]!.get('envoy.filters.network.mongo_proxy')).toEqual(new Map([['messages', 'insert']]));
  });

  it('forget the oldest of too many connections', () => {
    const driver = new Driver(2);
    for (let i = 0; i < 5; i++) driver.log(periodic, 10, 10, { common: { streamId: `c${i}` } });
    expect(driver.statistics.tcp_connections_evicted).toBe(3);
    driver.log(end, 15, 15, { common: { streamId: 'c4' } });
    expect(driver.summary.at(-1)).toEqual(['close', 5, 15, 5, 15]);
  });
});
