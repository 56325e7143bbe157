import { problemsText, type Adapter } from '@quartet/mixer-adapter-sdk';
import type { ConfigObject } from '@quartet/model';
import type { HandlerSpec } from './mixer-config.js';
import { fullName } from './naming.js';
import type { ProblemLog } from './problems.js';

/** A handler whose params have been read. */
export interface HandlerConfig {
  readonly name: string;
  /** As messages and metrics name it: `name.namespace` for kind handler, the full name for legacy kinds. */
  readonly reportedName: string;
  readonly adapter: Adapter;
  readonly params: unknown;
  /** Equal for equal configs. */
  readonly signature: string;
}

export type AdapterTable = ReadonlyMap<string, Adapter>;

/** A handler of an adapter that is not compiled in falls out; whoever refers to it is told. */
export function readHandler({ metadata, spec }: ConfigObject<HandlerSpec>, adapters: AdapterTable, log: ProblemLog): HandlerConfig | undefined {
  const name = fullName(metadata.name, 'handler', metadata.namespace);
  if (!spec.compiledAdapter && spec.adapter) {
    log.add('handler_validation_error_total', { kind: 'handler', object: name, message: `adapter ${spec.adapter}: out-of-process adapters are not supported` });
    return undefined;
  }
  const adapter = adapters.get(spec.compiledAdapter ?? '');
  if (!adapter) return undefined;
  return { name, reportedName: `${metadata.name}.${metadata.namespace}`, ...parameters(name, adapter, { spec, log }) };
}

/** A handler as an object of its adapter's own kind; bad params leave it out. */
export function readLegacyHandler({ kind, metadata, spec }: ConfigObject, adapter: Adapter, log: ProblemLog): HandlerConfig | undefined {
  const name = fullName(metadata.name, kind, metadata.namespace);
  const { params, problems } = adapter.params.parse(spec);
  if (problems.length > 0) {
    log.add('handler_validation_error_total', { kind, object: name, message: problemsText(problems) });
    return undefined;
  }
  return { name, reportedName: name, adapter, params, signature: JSON.stringify([adapter.name, params]) };
}

/** Params that can't be read in part are reported, and the handler is built of the rest over the defaults, as Mixer does. */
function parameters(name: string, adapter: Adapter, { spec, log }: { spec: HandlerSpec; log: ProblemLog }): Omit<HandlerConfig, 'name' | 'reportedName'> {
  const { params, problems } = adapter.params.parse(spec.params);
  if (problems.length > 0) log.add('handler_validation_error_total', { kind: 'handler', object: name, message: `params: ${problemsText(problems)}` });
  return { adapter, params, signature: JSON.stringify([adapter.name, params, spec.connection]) };
}
