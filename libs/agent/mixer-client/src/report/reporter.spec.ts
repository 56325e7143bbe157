import { describe, expect, it } from 'vitest';
import { GlobalDictionary } from '../attributes/word-dictionary.js';
import { MixerStatistics } from '../statistics.js';
import { reportEntriesOf } from '../testdata/decompress.js';
import { FakeTransport } from '../testdata/fake-transport.js';
import { ManualClock } from '../testdata/manual-clock.js';
import { Reporter } from './reporter.js';

class Driver {
  readonly transport = new FakeTransport();
  readonly clock = new ManualClock();
  readonly statistics = new MixerStatistics();
  readonly dictionary = new GlobalDictionary();
  readonly warnings: object[] = [];
  readonly reporter: Reporter;
  private count = 0;

  constructor(limits: Partial<{ reportBatchMaxEntries: number; reportBatchMaxBytes: number; reportMaxInFlight: number; reportBufferEntries: number; reportBufferBytes: number }> = {}) {
    const { transport, clock, statistics, dictionary } = this;
    const all = { reportBatchMaxEntries: 3, reportBatchMaxBytes: 1e6, reportBatchMaxTimeMs: 1000, reportMaxInFlight: 2, reportBufferEntries: 100, reportBufferBytes: 1e6, ...limits };
    const log = { info: () => undefined, warn: (fields: object) => void this.warnings.push(fields) };
    this.reporter = new Reporter({ transport, clock, statistics, dictionary, log, limits: all });
  }

  report(entries = 1): void {
    for (let i = 0; i < entries; i++) this.reporter.report(new Map([['request.id', `r${this.count++}`]]));
  }

  ids(call: number): unknown[] {
    return reportEntriesOf(this.transport.calls[call]!.request).map((entry) => entry.get('request.id'));
  }

  /** Answers every call that is not answered yet, and those that follow from it. */
  answerAll(from = 0): void {
    for (let i = from; i < this.transport.calls.length; i++) this.transport.calls[i]!.answer(Buffer.alloc(0));
  }
}

describe('report batches', () => {
  it('leave when full', () => {
    const driver = new Driver();
    driver.report(7);
    expect([driver.ids(0), driver.ids(1)]).toEqual([['r0', 'r1', 'r2'], ['r3', 'r4', 'r5']]);
    expect(driver.statistics).toMatchObject({ total_report_calls: 7, total_remote_report_calls: 2, report_entries_buffered: 7 });
  });

  it('leave when they have grown to their limit', () => {
    const driver = new Driver({ reportBatchMaxEntries: 100, reportBatchMaxBytes: 40 });
    driver.report(4);
    expect(driver.transport.calls.length).toBeGreaterThan(0);
    expect(driver.ids(0)).toEqual(['r0', 'r1', 'r2', 'r3'].slice(0, driver.ids(0).length));
  });

  it('leave one second after their first entry', () => {
    const driver = new Driver();
    driver.report();
    driver.clock.advance(600);
    driver.report();
    driver.clock.advance(399);
    expect(driver.transport.calls).toHaveLength(0);
    driver.clock.advance(1);
    expect(driver.ids(0)).toEqual(['r0', 'r1']);
    driver.report();
    driver.clock.advance(1000);
    expect(driver.ids(1)).toEqual(['r2']);
    expect(driver.clock.pendingTimers).toBe(0);
  });

  it('wait when too many are under way', () => {
    const driver = new Driver();
    driver.report(12);
    expect(driver.transport.calls).toHaveLength(2);
    driver.answerAll();
    expect(driver.transport.calls).toHaveLength(4);
    expect(driver.statistics).toMatchObject({ report_entries_delivered: 12, report_entries_buffered: 0 });
  });

  it('wait while Mixer is away, and leave in order when it is back', () => {
    const driver = new Driver();
    driver.transport.become(false);
    driver.report(6);
    expect(driver.transport.calls).toHaveLength(0);
    driver.transport.become(true);
    expect([driver.ids(0), driver.ids(1)]).toEqual([['r0', 'r1', 'r2'], ['r3', 'r4', 'r5']]);
    driver.answerAll();
    expect(driver.statistics).toMatchObject({ report_entries_delivered: 6, report_entries_dropped: 0, report_entries_buffered: 0 });
  });

  it('are dropped oldest first when too much waits', () => {
    const driver = new Driver({ reportBufferEntries: 6 });
    driver.transport.become(false);
    driver.report(12);
    expect(driver.statistics).toMatchObject({ report_entries_dropped: 6, report_entries_buffered: 6 });
    driver.transport.become(true);
    expect(driver.ids(0)).toEqual(['r6', 'r7', 'r8']);
  });

  it('are dropped when their bytes are too many', () => {
    const driver = new Driver({ reportBufferBytes: 100 });
    driver.transport.become(false);
    driver.report(30);
    expect(driver.statistics.report_entries_dropped).toBeGreaterThan(10);
    expect(driver.statistics.report_entries_dropped + driver.statistics.report_entries_buffered).toBe(30);
  });

  it('are never sent twice if they may have arrived', () => {
    const driver = new Driver();
    driver.report(3);
    driver.transport.calls[0]!.fail({ kind: 'timeout' });
    expect(driver.transport.calls).toHaveLength(1);
    expect(driver.statistics).toMatchObject({ report_entries_failed: 3, report_entries_buffered: 0, total_remote_report_timeouts: 1 });
    expect(driver.warnings).toHaveLength(1);
  });

  it('are sent again if they surely never left', () => {
    const driver = new Driver();
    driver.report(3);
    driver.transport.become(false);
    driver.transport.calls[0]!.fail({ sent: false });
    driver.transport.become(true);
    expect(driver.ids(1)).toEqual(['r0', 'r1', 'r2']);
    driver.answerAll(1);
    expect(driver.statistics).toMatchObject({ report_entries_delivered: 3, report_entries_failed: 0 });
  });

  it('log one failure in a hundred', () => {
    const driver = new Driver({ reportBatchMaxEntries: 1 });
    for (let i = 0; i < 101; i++) {
      driver.report();
      driver.transport.calls[i]!.fail();
    }
    expect(driver.warnings).toHaveLength(2);
  });

  it('use the base dictionary after Mixer refused the words', () => {
    const driver = new Driver({ reportBatchMaxEntries: 1 });
    driver.report();
    driver.transport.calls[0]!.fail({ code: 3, message: 'Request could not be processed due to invalid words', kind: 'other' });
    expect(driver.dictionary.wordCount).toBe(111);
  });

  it('are flushed by close, which waits for the answers', async () => {
    const driver = new Driver();
    driver.report(2);
    const closed = driver.reporter.close(2000);
    expect(driver.ids(0)).toEqual(['r0', 'r1']);
    driver.answerAll();
    await closed;
    expect(driver.statistics.report_entries_delivered).toBe(2);
  });

  it('that close cannot deliver in time are counted as dropped', async () => {
    const driver = new Driver();
    driver.transport.become(false);
    driver.report(2);
    const closed = driver.reporter.close(2000);
    driver.clock.advance(2000);
    await closed;
    expect(driver.statistics).toMatchObject({ report_entries_dropped: 2, report_entries_buffered: 0 });
  });
});
