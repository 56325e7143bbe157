import type { ApiKey, Authorization, CheckNothing, Edge, GeneratedAttributes, Kubernetes, ListEntry, LogEntry, Metric, Quota, ReportNothing, TraceSpan } from './instances.js';
import type { CheckResult, QuotaArgs, QuotaResult } from './results.js';
import type { TemplateName } from './templates.js';

export type Awaitable<T> = T | Promise<T>;

/**
 * A live, configured adapter: one method for each template it takes. Report methods get every instance of one Report
 * call at once and may keep none of them after they return (or resolve). What a method throws fails that dispatch:
 * Check answers INTERNAL, Report UNKNOWN, a quota grants nothing.
 */
export interface Handler {
  handleMetric?(instances: readonly Metric[]): Awaitable<void>;
  handleLogEntry?(instances: readonly LogEntry[]): Awaitable<void>;
  handleTraceSpan?(instances: readonly TraceSpan[]): Awaitable<void>;
  handleEdge?(instances: readonly Edge[]): Awaitable<void>;
  handleReportNothing?(instances: readonly ReportNothing[]): Awaitable<void>;
  handleCheckNothing?(instance: CheckNothing): Awaitable<CheckResult>;
  handleListEntry?(instance: ListEntry): Awaitable<CheckResult>;
  handleApiKey?(instance: ApiKey): Awaitable<CheckResult>;
  handleAuthorization?(instance: Authorization): Awaitable<CheckResult>;
  handleQuota?(instance: Quota, args: QuotaArgs): Awaitable<QuotaResult>;
  generateKubernetesAttributes?(instance: Kubernetes): Awaitable<GeneratedAttributes>;
  /** Called once, after the last call that was under way has ended. */
  close?(): Awaitable<void>;
}

export type HandlerMethod = Exclude<keyof Handler, 'close'>;

/** The method that takes instances of a template. */
export const handlerMethods = {
  metric: 'handleMetric',
  logentry: 'handleLogEntry',
  tracespan: 'handleTraceSpan',
  edge: 'handleEdge',
  reportnothing: 'handleReportNothing',
  checknothing: 'handleCheckNothing',
  listentry: 'handleListEntry',
  apikey: 'handleApiKey',
  authorization: 'handleAuthorization',
  quota: 'handleQuota',
  kubernetes: 'generateKubernetesAttributes',
} as const satisfies Record<TemplateName, HandlerMethod>;
