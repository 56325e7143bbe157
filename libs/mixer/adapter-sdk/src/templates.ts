import { field as f, messageField, type FieldSpec } from './field.js';

/** istio.mixer.adapter.model.v1beta1.TemplateVariety: when Mixer dispatches instances of a template. */
export type Variety = 'CHECK' | 'REPORT' | 'QUOTA' | 'ATTRIBUTE_GENERATOR';

export interface TemplateInfo<N extends string = string> {
  readonly name: N;
  readonly variety: Variety;
  readonly fields: readonly FieldSpec[];
  /** What an attribute generator answers; bindings read it as `$out.<name>`. */
  readonly output?: readonly FieldSpec[];
  /** Where bindings find the output: `<package with _>.output`. */
  readonly outputPrefix?: string;
}

const monitoredResource = [f(3, 'monitored_resource_type', 'string'), f(4, 'monitored_resource_dimensions', 'value_map')];

const tracespanFields = [
  f(1, 'trace_id', 'string'),
  f(2, 'span_id', 'string'),
  f(3, 'parent_span_id', 'string'),
  f(4, 'span_name', 'string'),
  f(5, 'start_time', 'timestamp'),
  f(6, 'end_time', 'timestamp'),
  f(7, 'span_tags', 'value_map'),
  f(8, 'httpStatusCode', 'int64'),
  f(9, 'client_span', 'bool'),
  f(10, 'rewrite_client_span_id', 'bool'),
  f(11, 'source_name', 'string'),
  f(12, 'source_ip', 'ip_address'),
  f(13, 'destination_name', 'string'),
  f(14, 'destination_ip', 'ip_address'),
  f(15, 'request_size', 'int64'),
  f(16, 'request_total_size', 'int64'),
  f(17, 'response_size', 'int64'),
  f(18, 'response_total_size', 'int64'),
  f(19, 'api_protocol', 'string'),
];

const edgeFields = [
  f(1, 'timestamp', 'timestamp'),
  f(10, 'source_workload_namespace', 'string'),
  f(11, 'source_workload_name', 'string'),
  f(12, 'source_owner', 'string'),
  f(13, 'source_uid', 'string'),
  f(20, 'destination_workload_namespace', 'string'),
  f(21, 'destination_workload_name', 'string'),
  f(22, 'destination_owner', 'string'),
  f(23, 'destination_uid', 'string'),
  f(24, 'destination_service_namespace', 'string'),
  f(25, 'destination_service_name', 'string'),
  f(30, 'context_protocol', 'string'),
  f(31, 'api_protocol', 'string'),
];

const subjectFields = [f(1, 'user', 'string'), f(2, 'groups', 'string'), f(3, 'properties', 'value_map')];
const actionFields = [f(1, 'namespace', 'string'), f(2, 'service', 'string'), f(3, 'method', 'string'), f(4, 'path', 'string'), f(5, 'properties', 'value_map')];

const kubernetesFields = [
  f(1, 'source_uid', 'string'),
  f(2, 'source_ip', 'ip_address'),
  f(3, 'destination_uid', 'string'),
  f(4, 'destination_ip', 'ip_address'),
  f(7, 'destination_port', 'int64'),
];

/** Outputs keep their proto names as properties: bindings name them so. */
const kubernetesOutput = [
  f(31, 'source_pod_uid', 'string'),
  f(1, 'source_pod_ip', 'ip_address'),
  f(2, 'source_pod_name', 'string'),
  f(3, 'source_labels', 'string_map'),
  f(4, 'source_namespace', 'string'),
  f(6, 'source_service_account_name', 'string'),
  f(7, 'source_host_ip', 'ip_address'),
  f(22, 'source_workload_uid', 'string'),
  f(23, 'source_workload_name', 'string'),
  f(24, 'source_workload_namespace', 'string'),
  f(25, 'source_owner', 'string'),
  f(32, 'destination_pod_uid', 'string'),
  f(8, 'destination_pod_ip', 'ip_address'),
  f(9, 'destination_pod_name', 'string'),
  f(30, 'destination_container_name', 'string'),
  f(10, 'destination_labels', 'string_map'),
  f(11, 'destination_namespace', 'string'),
  f(13, 'destination_service_account_name', 'string'),
  f(14, 'destination_host_ip', 'ip_address'),
  f(26, 'destination_owner', 'string'),
  f(27, 'destination_workload_uid', 'string'),
  f(28, 'destination_workload_name', 'string'),
  f(29, 'destination_workload_namespace', 'string'),
].map((spec) => ({ ...spec, property: spec.name }));

/**
 * The templates compiled into Mixer 1.4, by name.
 * Source: mixer/template/<name>/template.proto.
 */
export const templates = {
  metric: { name: 'metric', variety: 'REPORT', fields: [f(1, 'value', 'value'), f(2, 'dimensions', 'value_map'), ...monitoredResource] },
  logentry: {
    name: 'logentry',
    variety: 'REPORT',
    fields: [
      f(1, 'variables', 'value_map'),
      f(2, 'timestamp', 'timestamp'),
      f(3, 'severity', 'string'),
      f(4, 'monitored_resource_type', 'string'),
      f(5, 'monitored_resource_dimensions', 'value_map'),
    ],
  },
  tracespan: { name: 'tracespan', variety: 'REPORT', fields: tracespanFields },
  edge: { name: 'edge', variety: 'REPORT', fields: edgeFields },
  reportnothing: { name: 'reportnothing', variety: 'REPORT', fields: [] },
  checknothing: { name: 'checknothing', variety: 'CHECK', fields: [] },
  listentry: { name: 'listentry', variety: 'CHECK', fields: [f(1, 'value', 'value')] },
  apikey: {
    name: 'apikey',
    variety: 'CHECK',
    fields: [f(1, 'api', 'string'), f(2, 'api_version', 'string'), f(3, 'api_operation', 'string'), f(4, 'api_key', 'string'), f(5, 'timestamp', 'timestamp')],
  },
  authorization: { name: 'authorization', variety: 'CHECK', fields: [messageField(1, 'subject', subjectFields), messageField(2, 'action', actionFields)] },
  quota: { name: 'quota', variety: 'QUOTA', fields: [f(1, 'dimensions', 'value_map')] },
  kubernetes: {
    name: 'kubernetes',
    variety: 'ATTRIBUTE_GENERATOR',
    fields: kubernetesFields,
    output: kubernetesOutput,
    outputPrefix: 'adapter_template_kubernetes.output',
  },
} as const satisfies Record<string, TemplateInfo>;

export type TemplateName = keyof typeof templates;

export function templateByName(name: string): TemplateInfo<TemplateName> | undefined {
  return Object.hasOwn(templates, name) ? templates[name as TemplateName] : undefined;
}
