import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duration, Timestamp, ValueType, type Dimensions } from '@quartet/mixer-adapter-sdk';
import { runAdapter } from '@quartet/mixer-adapter-sdk/testing';
import { describe, expect, it } from 'vitest';
import { openSink } from './sink.js';
import { stdio } from './stdio.js';

async function start(params: object) {
  let text = '';
  const adapter = stdio(() => ({ write: (lines) => void (text += lines), close: () => undefined }));
  const types = { logentry: { entry: { variables: { ip: ValueType.IP_ADDRESS } } } };
  return { written: () => text, ...(await runAdapter(adapter, { params, types, startMs: 1_500_000_000_123 })) };
}

const variables: Dimensions = { url: '/a"b', code: 200, latency: new Duration(0, 7_000_000), ip: Uint8Array.of(10, 0, 0, 1), labels: new Map([['b', '2'], ['a', '1']]) };
const entry = { name: 'entry', variables, severity: 'WARN', timestamp: new Timestamp(1_500_000_000, 5_000), monitoredResourceType: '', monitoredResourceDimensions: {} };

describe('stdio', () => {
  it('writes a log entry as a line of JSON with its variables sorted', async () => {
    const { handler, written } = await start({});
    await handler.handleLogEntry?.([entry]);
    expect(written()).toBe('{"level":"warn","time":"2017-07-14T02:40:00.000005Z","instance":"entry","code":200,"ip":"10.0.0.1","labels":{"a":"1","b":"2"},"latency":"7ms","url":"/a\\"b"}\n');
  });

  it('writes the console form', async () => {
    const { handler, written } = await start({ output_as_json: false });
    await handler.handleLogEntry?.([{ ...entry, severity: 'odd', variables: { code: 200 } }]);
    expect(written()).toBe('2017-07-14T02:40:00.000005Z\tinfo\tentry\t{"code": 200}\n');
  });

  it('writes a metric at its level and the time of now, addresses as bytes', async () => {
    const { handler, written } = await start({ metric_level: 'ERROR' });
    await handler.handleMetric?.([{ name: 'm', value: 3, dimensions: { ip: Uint8Array.of(1, 2) }, monitoredResourceType: '', monitoredResourceDimensions: {} }]);
    expect(written()).toBe('{"level":"error","time":"2017-07-14T02:40:00.123000Z","instance":"m","value":3,"ip":"AQI="}\n');
  });

  it.each([
    [{ output_path: 'x' }, 'outputPath: only for FILE and ROTATED_FILE'],
    [{ log_stream: 'FILE' }, 'outputPath: need a path'],
    [{ log_stream: 'FILE', output_path: '/' }, 'EISDIR'],
  ])('refuses %j', async (params, message) => {
    await expect(runAdapter(stdio(), { params })).rejects.toThrow(message);
  });

  it('sets a full file aside and keeps only so many', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'stdio-'));
    const params = { logStream: 'ROTATED_FILE', outputPath: join(folder, 'log.txt'), maxMegabytesBeforeRotation: 1, maxRotatedFiles: 2 } as Parameters<typeof openSink>[0];
    const sink = openSink(params, () => undefined);
    const block = `${'x'.repeat(700 * 1024)}\n`;
    for (let i = 0; i < 5; i++) sink.write(block);
    sink.close();
    expect((await readdir(folder)).sort()).toEqual(['log-3.txt', 'log-4.txt', 'log.txt']);
    expect(await readFile(join(folder, 'log.txt'), 'utf8')).toBe(block);
    await rm(folder, { recursive: true });
  });
});
