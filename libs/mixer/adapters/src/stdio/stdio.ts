import { defineAdapter, Timestamp, type LogEntry, type Metric, type TemplateName, type BuildContext } from '@quartet/mixer-adapter-sdk';
import { consoleLine, jsonLine, sortedFields, zeroTime } from './line.js';
import { stdioParams, validateStdio, type StdioParams } from './params.js';
import { openSink as openRealSink, type OpenSink } from './sink.js';

/**
 * Log entries and metrics as lines on a standard stream or in a file.
 * Source: mixer/adapter/stdio. As there, `outputLevel` filters nothing.
 */
export function stdio(openSink: OpenSink = openRealSink) {
  return defineAdapter({
    name: 'stdio',
    description: 'Writes logs and metrics to a standard I/O stream',
    templates: ['logentry', 'metric'],
    params: stdioParams,
    validate: ({ params }) => validateStdio(params),
    build(context, env) {
      const { params } = context;
      const sink = openSink(params, (lines) => env.logger.warn(`dropped ${lines} lines: the reader of ${params.logStream} is too slow`));
      const line = params.outputAsJson ? jsonLine : consoleLine;
      const typeOf = typesOf(context);
      return {
        handleLogEntry(entries: readonly LogEntry[]) {
          sink.write(entries.map((entry) => line(logLine(entry, params, typeOf('logentry', entry.name, 'variables')))).join(''));
        },
        handleMetric(metrics: readonly Metric[]) {
          const time = timestampOf(env.now());
          sink.write(metrics.map((metric) => line(metricLine(metric, params, time))).join(''));
        },
        close: () => sink.close(),
      };
    },
  });
}

function typesOf({ types }: BuildContext<StdioParams>) {
  return (template: TemplateName, instance: string, property: string) => types[template]?.get(instance)?.[property];
}

function logLine(entry: LogEntry, params: StdioParams, types: ReturnType<ReturnType<typeof typesOf>>) {
  return {
    level: params.severityLevels[entry.severity] ?? ('INFO' as const),
    time: entry.timestamp ?? zeroTime,
    instance: entry.name,
    fields: sortedFields(entry.variables, types),
  };
}

function metricLine(metric: Metric, params: StdioParams, time: Timestamp) {
  return { level: params.metricLevel, time, instance: metric.name, fields: [['value', metric.value] as const, ...sortedFields(metric.dimensions, undefined)] };
}

function timestampOf(nowMs: number): Timestamp {
  return Timestamp.fromDate(new Date(nowMs));
}
