import type { MeshFacts } from '../facts/mesh-facts.js';
import { selects, type BackedService } from '../facts/services.js';
import { always, and, lit, never, or, someLiteral, type Formula, type SignedLiteral } from '../formula/formula.js';
import { isDestination, type Literal } from '../formula/literal.js';
import { NotTranslatable } from '../not-translatable.js';

/** Where a policy is put, and so which workloads it holds for. */
export interface Target {
  /** The root namespace stands for the whole mesh. */
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface Targeted {
  readonly target: Target;
  /** Free of destination literals. */
  readonly formula: Formula;
}

const mostTargets = 64;

/**
 * Splits a condition by the workloads it is about: what it says of the destination becomes a selector, the rest stays.
 * @param ruleNamespace of the Mixer rule: one outside the root namespace holds for its own namespace only
 * @throws NotTranslatable where no selector says it
 */
export function splitByTarget(formula: Formula, ruleNamespace: string, facts: MeshFacts): Targeted[] {
  const byTarget = new Map<string, Targeted>();
  for (const { destination, rest } of split(formula)) {
    const found = targetOf(destination, ruleNamespace, facts);
    const whole = found ? and(found.extra, rest) : never;
    if (!found || whole === never) continue;
    const key = JSON.stringify([found.target.namespace, Object.entries(found.target.labels).sort()]);
    byTarget.set(key, { target: found.target, formula: or(byTarget.get(key)?.formula ?? never, whole) });
  }
  return [...byTarget.values()];
}

interface Split {
  readonly destination: readonly SignedLiteral[];
  readonly rest: Formula;
}

function split(formula: Formula): Split[] {
  if (formula === never) return [];
  if (!someLiteral(formula, isDestination)) return [{ destination: [], rest: formula }];
  if (formula.kind === 'literal') return [{ destination: [formula], rest: always }];
  if (formula.kind === 'constant') return [];
  const own = formula.parts.filter((part) => !someLiteral(part, isDestination));
  const others = formula.parts.filter((part) => someLiteral(part, isDestination)).map(split);
  const result = formula.kind === 'or'
    ? [...(own.length > 0 ? [{ destination: [], rest: or(...own) }] : []), ...others.flat()]
    : others.reduce((left, right) => bounded(left.flatMap((one) => right.map((two) => ({ destination: [...one.destination, ...two.destination], rest: and(one.rest, two.rest) })))), [{ destination: [], rest: and(...own) }] as Split[]);
  return bounded(result);
}

function bounded(splits: Split[]): Split[] {
  if (splits.length > mostTargets) throw new NotTranslatable(`its conditions on the destination mean more than ${mostTargets} policies`);
  return splits;
}

/** undefined: no workload is meant. */
function targetOf(destination: readonly SignedLiteral[], ruleNamespace: string, facts: MeshFacts): { target: Target; extra: Formula } | undefined {
  let namespace = ruleNamespace === facts.rootNamespace ? undefined : ruleNamespace;
  const labels: Record<string, string> = {};
  let extra = always;
  const within = (name: string) => namespace === undefined || namespace === name;
  const labelled = (key: string, value: string) => (labels[key] ?? value) === value;
  for (const { literal, negated } of destination) {
    if (negated) throw new NotTranslatable(`a selector can't exclude workloads: ${describe(literal)} must fail`);
    if (literal.kind === 'destination-label-present' && !destination.some((one) => one.literal.kind === 'destination-label' && one.literal.key === literal.key)) throw new NotTranslatable(`a selector can't say that ${describe(literal)}`);
    if (literal.kind === 'destination-namespace') {
      if (!within(literal.namespace)) return undefined;
      namespace = literal.namespace;
    }
    const wanted: Record<string, string> = literal.kind === 'destination-label' ? { [literal.key]: literal.value } : {};
    if (literal.kind === 'destination-host') {
      const service = backedService(literal.host, facts);
      if (!within(service.namespace)) return undefined;
      namespace = service.namespace;
      Object.assign(wanted, service.selector);
      extra = and(extra, portsOf(service, facts));
    }
    if (!Object.entries(wanted).every(([key, value]) => labelled(key, value))) return undefined;
    Object.assign(labels, wanted);
  }
  if (namespace === facts.rootNamespace) onlyInRoot(labels, facts);
  return { target: { namespace: namespace ?? facts.rootNamespace, labels }, extra };
}

/** A policy in the root namespace holds for the whole mesh. @throws NotTranslatable if that may be more than is meant */
function onlyInRoot(labels: Target['labels'], facts: MeshFacts): void {
  const others = facts.pods.filter((pod) => pod.namespace !== facts.rootNamespace && selects(labels, pod.labels));
  if (Object.keys(labels).length > 0 && facts.pods.length > 0 && others.length === 0) return;
  const more = others[0] ? `for the pod ${others[0].namespace}/${others[0].name} too` : 'for workloads of other namespaces with the same labels too';
  throw new NotTranslatable(`it is meant for workloads in ${facts.rootNamespace}, but a policy there would hold ${more}`);
}

function describe(literal: Literal): string {
  switch (literal.kind) {
    case 'destination-host':
      return `the service is ${literal.host}`;
    case 'destination-label':
      return `label ${literal.key} is ${literal.value}`;
    case 'destination-label-present':
      return `label ${literal.key} exists`;
    case 'destination-namespace':
      return `the namespace is ${literal.namespace}`;
    default:
      return literal.kind;
  }
}

export function backedService(host: string, facts: MeshFacts): BackedService {
  const service = facts.services.find((one) => one.host === host);
  if (!service) throw new NotTranslatable(`${host}: the folder has no Service, and no ServiceEntry with endpoints, that says which workloads are behind it`);
  if (!service.selector) throw new NotTranslatable(`${host}: ${service.noSelector}`);
  return service;
}

/** The ports of a service, needed where its workloads may be behind others too. */
function portsOf(service: BackedService, facts: MeshFacts): Formula {
  const alone = facts.services.every((other) => other === service || other.namespace !== service.namespace || (other.selector !== undefined && !compatible(other.selector, service.selector ?? {})));
  if (alone) return always;
  if (!service.targetPorts) throw new NotTranslatable(`${service.host}: its workloads are behind other services too, and its named target ports can't be told apart`);
  return or(...service.targetPorts.map((port) => lit({ kind: 'port', port })));
}

/** Some workload may have the labels of both. */
export function compatible(one: Readonly<Record<string, string>>, other: Readonly<Record<string, string>>): boolean {
  return Object.entries(one).every(([key, value]) => (other[key] ?? value) === value);
}

export function overlaps(one: Target, other: Target, rootNamespace: string): boolean {
  const meet = one.namespace === other.namespace || one.namespace === rootNamespace || other.namespace === rootNamespace;
  return meet && compatible(one.labels, other.labels);
}

/** Every service known to have workloads of a target takes HTTP only, and there is one. */
export function isHttpOnly(target: Target, facts: MeshFacts): boolean {
  const services = facts.services.filter((service) => service.namespace === target.namespace && compatible(service.selector ?? {}, target.labels));
  return services.length > 0 && services.every(({ onlyHttp }) => onlyHttp) && services.some(({ selector }) => selector !== undefined && selects(selector, target.labels));
}
