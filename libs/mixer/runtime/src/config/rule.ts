import { ValueType, compileExpression, valueTypeName, type CompiledExpression, type ExprEnv } from '@quartet/mixer-expr';
import type { ConfigObject } from '@quartet/model';
import type { HeaderOp } from '../wire/responses.js';
import type { HandlerConfig } from './handler.js';
import type { CompiledInstance } from './instance.js';
import type { HeaderOperationSpec, RuleSpec } from './mixer-config.js';
import { fullName, resolveReference } from './naming.js';
import type { ProblemLog } from './problems.js';

/** A condition; undefined expression = always. */
export interface Match {
  readonly text: string;
  readonly expression: CompiledExpression | undefined;
}

export interface CompiledAction {
  readonly handler: HandlerConfig;
  readonly instances: readonly CompiledInstance[];
}

export interface HeaderOperationTemplate {
  readonly name: string;
  readonly operation: HeaderOp;
  /** Of type STRING; none for REMOVE. */
  readonly values: readonly CompiledExpression[];
}

export interface CompiledRule {
  readonly name: string;
  readonly namespace: string;
  readonly match: Match;
  readonly actions: readonly CompiledAction[];
  readonly requestHeaderOperations: readonly HeaderOperationTemplate[];
  readonly responseHeaderOperations: readonly HeaderOperationTemplate[];
}

export interface RuleContext {
  readonly env: ExprEnv;
  readonly handlers: ReadonlyMap<string, HandlerConfig>;
  readonly instances: ReadonlyMap<string, CompiledInstance>;
  readonly log: ProblemLog;
}

/** undefined = the rule is left out: its match is faulty, or nothing remains of it. */
export function compileRule(object: ConfigObject<RuleSpec>, context: RuleContext): CompiledRule | undefined {
  const { metadata, spec } = object;
  const name = fullName(metadata.name, 'rule', metadata.namespace);
  const report = (message: string) => context.log.add('rule_config_errors_total', { kind: 'rule', object: name, message });
  const match = compileMatch(spec.match ?? '', context.env, (message) => {
    context.log.counters.rule_config_match_error_total++;
    report(message);
  });
  const actions = compileActions(object, context, report);
  const requestHeaderOperations = compileOperations('requestHeaderOperations', spec.requestHeaderOperations, { env: context.env, report });
  const responseHeaderOperations = compileOperations('responseHeaderOperations', spec.responseHeaderOperations, { env: context.env, report });
  if (!match) return undefined;
  if (actions.length + requestHeaderOperations.length + responseHeaderOperations.length === 0) {
    report('rule has neither actions nor header operations left');
    return undefined;
  }
  return { name, namespace: metadata.namespace, match, actions, requestHeaderOperations, responseHeaderOperations };
}

type Report = (message: string) => void;

function compileMatch(text: string, env: ExprEnv, report: Report): Match | undefined {
  if (text.trim() === '' || text.trim() === 'true') return { text: '', expression: undefined };
  try {
    const expression = compileExpression(text, env);
    if (expression.type === ValueType.BOOL) return { text, expression };
    report(`match: expression '${text}' is of type ${valueTypeName(expression.type)}, not BOOL`);
  } catch (error) {
    report(`match: ${(error as Error).message}`);
  }
  return undefined;
}

function compileActions({ metadata, spec }: ConfigObject<RuleSpec>, context: RuleContext, report: Report): CompiledAction[] {
  return (spec.actions ?? []).flatMap((action, i) => {
    const at = `actions[${i}]`;
    const handler = resolveReference(action.handler ?? '', { namespace: metadata.namespace, kind: 'handler' }, context.handlers);
    if (!handler) {
      report(`${at}: handler not found: handler='${action.handler ?? ''}'`);
      return [];
    }
    const instances = resolveInstances(action.instances ?? [], { namespace: metadata.namespace, at, handler, context, report });
    if (instances.length > 0) return [{ handler, instances }];
    report(`${at}: no valid instances found`);
    return [];
  });
}

interface ActionScope {
  readonly namespace: string;
  readonly at: string;
  readonly handler: HandlerConfig;
  readonly context: RuleContext;
  readonly report: Report;
}

function resolveInstances(references: readonly string[], scope: ActionScope): CompiledInstance[] {
  const found = new Set<CompiledInstance>();
  for (const [i, reference] of references.entries()) {
    const at = `${scope.at}.instances[${i}]`;
    const instance = resolveReference(reference, { namespace: scope.namespace, kind: 'instance' }, scope.context.instances);
    const { adapter } = scope.handler;
    if (!instance) scope.report(`${at}: instance not found: instance='${reference}'`);
    else if (found.has(instance)) scope.report(`${at}: action specified the same instance multiple times: instance='${reference}'`);
    else if (!adapter.templates.includes(instance.template.name)) scope.report(`${at}: handler ${scope.handler.name} (${adapter.name}) does not support template ${instance.template.name}`);
    else found.add(instance);
  }
  return [...found];
}

function compileOperations(field: string, specs: readonly HeaderOperationSpec[] = [], { env, report }: { env: ExprEnv; report: Report }): HeaderOperationTemplate[] {
  return specs.map((spec, i) => ({
    name: spec.name ?? '',
    operation: (spec.operation ?? 0) as HeaderOp,
    values: (spec.values ?? []).flatMap((text, j) => {
      try {
        const expression = compileExpression(text, env);
        if (expression.type === ValueType.STRING) return [expression];
        report(`${field}[${i}].values[${j}]: expression '${text}' is of type ${valueTypeName(expression.type)}, not STRING`);
      } catch (error) {
        report(`${field}[${i}].values[${j}]: ${(error as Error).message}`);
      }
      return [];
    }),
  }));
}
