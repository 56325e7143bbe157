import type {
  HTTPFaultInjection, HTTPFaultInjection_Abort, HTTPFaultInjection_Delay, Percent,
} from '@quartet/api/istio/networking/v1alpha3/virtual_service';
import { duration, httpStatus, percent } from './primitives.js';
import type { Report } from './report.js';

export function validateFaultInjection(report: Report, fault: HTTPFaultInjection): void {
  report.require(fault.abort !== undefined || fault.delay !== undefined, 'an abort or a delay is required');
  if (fault.abort !== undefined) validateAbort(report.at('abort'), fault.abort);
  if (fault.delay !== undefined) validateDelay(report.at('delay'), fault.delay);
}

function validateAbort(report: Report, abort: HTTPFaultInjection_Abort): void {
  validatePercentage(report, abort.percentage, abort.percent);
  if (abort.httpStatus !== undefined) report.at('httpStatus').fault(httpStatus(abort.httpStatus));
  if (abort.grpcStatus !== undefined) report.at('grpcStatus').error('aborting with a gRPC status is not supported');
  if (abort.http2Error !== undefined) report.at('http2Error').error('aborting with an HTTP/2 error is not supported');
}

function validateDelay(report: Report, delay: HTTPFaultInjection_Delay): void {
  validatePercentage(report, delay.percentage, delay.percent);
  report.at('fixedDelay').fault(duration(delay.fixedDelay));
  if (delay.exponentialDelay !== undefined) report.at('exponentialDelay').error('exponential delays are not supported');
}

/** The smallest share is one in a million; the deprecated whole `percent` counts only without `percentage`. */
function validatePercentage(report: Report, percentage: Percent | undefined, deprecated: number): void {
  if (percentage === undefined) return report.at('percent').fault(percent(deprecated));
  const { value } = percentage;
  report.at('percentage', 'value').require(value === 0 || (value >= 0.0001 && value <= 100), `percentage ${value} must be 0 or in the range 0.0001..100`);
}
