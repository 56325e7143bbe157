import { parseAllDocuments } from 'yaml';
import type { Migration } from '../migrate.js';
import { inRange, rbacAllows } from './evaluate-rbac.js';
import type { TestRequest, TestWorkload } from './request.js';

/** An object of generated YAML; for tests. */
export interface GeneratedObject {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string };
  // Whatever was written.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly spec: any;
}

export function generatedObjects({ files }: Migration): GeneratedObject[] {
  return files.flatMap(({ yaml }) => parseAllDocuments(yaml).map((document) => document.toJS() as GeneratedObject | null)).filter((object) => object !== null);
}

/** Whether the proxies let a request through, by Istio 1.4's meaning of AuthorizationPolicy and EnvoyFilter. */
export function policiesAllow(objects: readonly GeneratedObject[], request: TestRequest, rootNamespace = 'istio-system'): boolean {
  const { workload, world } = request;
  const here = objects.filter(({ metadata }) => metadata.namespace === rootNamespace || metadata.namespace === workload.namespace);
  const policies = here.filter(({ kind, spec }) => kind === 'AuthorizationPolicy' && selects(spec.selector?.matchLabels, workload));
  if (policies.length > 0 && !policies.some(({ spec }) => spec.rules.some((rule: Rule) => ruleAllows(rule, request)))) return false;
  return here.filter(({ kind, spec }) => kind === 'EnvoyFilter' && selects(spec.workloadSelector?.labels, workload))
    .flatMap(({ spec }) => spec.configPatches)
    .filter(({ applyTo }) => applyTo === (world === 'http' ? 'HTTP_FILTER' : 'NETWORK_FILTER'))
    .every(({ patch }) => rbacAllows(patch.value.typedConfig.rules, request));
}

function selects(labels: Readonly<Record<string, string>> | undefined, workload: TestWorkload): boolean {
  return Object.entries(labels ?? {}).every(([key, value]) => workload.labels[key] === value);
}

interface Rule {
  readonly from?: { source: Record<string, string[]> }[];
  readonly to?: { operation: Record<string, string[]> }[];
  readonly when?: { key: string; values: string[] }[];
}

/** A rule with parts of HTTP allows no connection. */
function ruleAllows({ from, to, when = [] }: Rule, request: TestRequest): boolean {
  const all = (fields: Record<string, string[]>) => Object.entries(fields).every(([field, values]) => values.some((value) => fieldHolds(field, value, request)));
  return (!from || from.some(({ source }) => all(source))) && (!to || to.some(({ operation }) => all(operation))) && when.every(({ key, values }) => values.some((value) => fieldHolds(key, value, request)));
}

function fieldHolds(field: string, value: string, { headers, principal, address, port }: TestRequest): boolean {
  const header = /^request\.headers\[(.*)\]$/.exec(field)?.[1] ?? { hosts: ':authority', methods: ':method', paths: ':path' }[field];
  if (header !== undefined) return glob(value, headers[header]);
  const [addressPrefix = '', bits = '32'] = value.split('/');
  if (field === 'ipBlocks') return inRange(address, { addressPrefix, prefixLen: Number(bits) });
  if (field === 'ports') return String(port) === value;
  return glob(value, field === 'namespaces' ? /\/ns\/([^/]*)\//.exec(principal ?? '')?.[1] : principal);
}

function glob(pattern: string, value: string | undefined): boolean {
  if (value === undefined) return false;
  if (pattern === '*') return true;
  if (pattern.endsWith('*')) return value.startsWith(pattern.slice(0, -1));
  return pattern.startsWith('*') ? value.endsWith(pattern.slice(1)) : value === pattern;
}
