import type {
  RateLimit, RateLimit_Dimension as Dimension, RateLimit_HeaderCondition as HeaderCondition, RateLimit_Override as Override, RateLimit_TokenBucket as TokenBucket,
} from '@quartet/api/quartet/v1alpha1/rate_limit';
import { RE2JS } from 're2js';
import { duration, headerName, port } from './primitives.js';
import type { Report } from './report.js';
import { validateWorkloadSelector } from './shared.js';

/** What Envoy's token bucket takes. */
const shortestFill = 50;
const mostDimensions = 8;

export function validateRateLimit(report: Report, spec: RateLimit): void {
  validateWorkloadSelector(report, spec.workloadSelector);
  report.each('ports', spec.ports, (entry, value) => entry.fault(port(value)));
  validateBucket(report.at('tokenBucket'), spec.tokenBucket);
  report.each('match', spec.match, (entry, { headers }) => {
    entry.at('headers').require(headers.length > 0, 'at least one condition is required');
    entry.each('headers', headers, validateCondition);
  });
  validateDimensions(report, spec.dimensions);
  report.each('overrides', spec.overrides, (entry, override) => validateOverride(entry, override, spec.dimensions));
}

function validateBucket(report: Report, bucket: TokenBucket | undefined): void {
  if (bucket === undefined) return report.error('is required');
  report.at('maxTokens').require(bucket.maxTokens > 0, 'must be at least 1');
  const fill = report.at('fillInterval');
  if (bucket.fillInterval === undefined) return fill.error('is required');
  const fault = duration(bucket.fillInterval);
  if (fault !== undefined) return fill.error(fault);
  fill.require(bucket.fillInterval.seconds * 1000 + bucket.fillInterval.nanos / 1e6 >= shortestFill, `must be at least ${shortestFill}ms`);
}

function validateCondition(report: Report, condition: HeaderCondition): void {
  report.at('name').fault(headerName(condition.name));
  const { exact, prefix, suffix, regex, present } = condition;
  if (present === false) report.at('present').error('must be true; "not" turns a condition around');
  else if ([exact, prefix, suffix, regex, present].every((test) => test === undefined)) report.error('needs one of exact, prefix, suffix, regex and present');
  if (regex !== undefined && !compiles(regex)) report.at('regex').error(`${JSON.stringify(regex)} is not a regular expression of RE2`);
  report.at('ignoreCase').require(!condition.ignoreCase || (regex === undefined && present === undefined), 'holds for exact, prefix and suffix only');
}

function compiles(regex: string): boolean {
  try {
    RE2JS.compile(regex);
    return true;
  } catch {
    return false;
  }
}

function validateDimensions(report: Report, dimensions: readonly Dimension[]): void {
  report.at('dimensions').require(dimensions.length <= mostDimensions, `at most ${mostDimensions} are possible`);
  const names = new Set<string>();
  report.each('dimensions', dimensions, (entry, { name, header, source, default: fallback }) => {
    entry.at('name').require(name !== '', 'is required');
    entry.at('name').require(!names.has(name), `${JSON.stringify(name)} is taken by another dimension`);
    names.add(name);
    if (header === undefined && source === undefined) entry.error('needs one of header and source');
    if (header !== undefined) entry.at('header').fault(headerName(header));
    if (source !== undefined) entry.at('source').require(source === 'remoteAddress', `${JSON.stringify(source)} is not "remoteAddress"`);
    entry.at('default').require(fallback === '' || header !== undefined, 'only a header can be missing');
  });
}

function validateOverride(report: Report, { values, tokenBucket }: Override, dimensions: readonly Dimension[]): void {
  const named = Object.keys(values);
  for (const { name } of dimensions) report.at('values').require(named.includes(name), `a value for the dimension ${JSON.stringify(name)} is missing`);
  report.entries('values', values, (entry, value, name) => {
    entry.require(dimensions.some((dimension) => dimension.name === name), 'no dimension has this name');
    entry.require(value !== '', 'must not be empty');
  });
  validateBucket(report.at('tokenBucket'), tokenBucket);
}
