import { describeMessage } from '../descriptors.js';
import { ParseContext } from '../parse/context.js';
import { parseMessage } from '../parse/message.js';
import type { Report } from './report.js';

/**
 * Fields that only Envoy's v2 API has. Patches are written for 1.4, whose Envoy spoke v2; they are translated to v3 when
 * they are applied, so both are right here.
 */
const v2Only: ReadonlySet<string> = new Set([
  'tls_context', 'hosts', 'config', 'deprecated_v1', 'per_filter_config', 'regex', 'regex_match', 'host_rewrite', 'request_mirror_policy',
  'max_grpc_timeout', 'cors', 'allow_origin', 'allow_origin_regex', 'append', 'type', 'verify_subject_alt_name', 'operation_name', 'idle_timeout',
  'google_re2', 'method', 'auto_host_rewrite_header', 'allow_missing', 'retry_priority', 'extension_protocol_options', 'drain_type',
].flatMap((name) => [name, name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase())]));

/** A patch value must be the JSON of the Envoy object that it patches. */
export function validateEnvoyValue(report: Report, value: unknown, message: string): void {
  const context = new ParseContext('error', { anyOfUnknownType: true });
  parseMessage(describeMessage(message), value, report.path, context);
  for (const problem of context.problems) {
    const field = /([A-Za-z_0-9]+)$/.exec(problem.path)?.[1] ?? '';
    if (!(problem.message.startsWith('unknown field') && v2Only.has(field))) report.problem({ ...problem, message: `${problem.message} (in ${message})` });
  }
}
