import { params as p, type ParamsProblem } from '@quartet/mixer-adapter-sdk';

const levels = { INFO: 0, WARNING: 1, ERROR: 2 } as const;
export type StdioLevel = keyof typeof levels;

const severities: Readonly<Record<string, StdioLevel>> = {
  INFORMATIONAL: 'INFO', informational: 'INFO', INFO: 'INFO', info: 'INFO',
  WARNING: 'WARNING', warning: 'WARNING', WARN: 'WARNING', warn: 'WARNING',
  ERROR: 'ERROR', error: 'ERROR', ERR: 'ERROR', err: 'ERROR', FATAL: 'ERROR', fatal: 'ERROR',
};

export const stdioParams = p.message({
  logStream: p.enumeration({ STDOUT: 0, STDERR: 1, FILE: 2, ROTATED_FILE: 3 }, 'STDOUT'),
  severityLevels: p.mapOf(p.enumeration(levels, 'INFO')).default(severities as never),
  metricLevel: p.enumeration(levels, 'INFO'),
  outputAsJson: p.bool(true),
  outputLevel: p.enumeration(levels, 'INFO'),
  outputPath: p.string(),
  maxMegabytesBeforeRotation: p.integer(104857600),
  maxDaysBeforeRotation: p.integer(30),
  maxRotatedFiles: p.integer(1000),
});

export type StdioParams = ReturnType<typeof stdioParams.parse>['params'];

export function validateStdio(params: StdioParams): ParamsProblem[] {
  const file = params.logStream === 'FILE' || params.logStream === 'ROTATED_FILE';
  const negative = (['maxMegabytesBeforeRotation', 'maxDaysBeforeRotation', 'maxRotatedFiles'] as const).filter((name) => params[name] < 0);
  return [
    ...(file && params.outputPath === '' ? [{ path: 'outputPath', message: 'need a path for FILE and ROTATED_FILE' }] : []),
    ...(!file && params.outputPath !== '' ? [{ path: 'outputPath', message: 'only for FILE and ROTATED_FILE' }] : []),
    ...negative.map((path) => ({ path, message: 'must be >= 0' })),
  ];
}
