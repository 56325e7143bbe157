import {
  EnvoyFilter_ApplyTo as ApplyTo, EnvoyFilter_Patch_Operation as Operation, EnvoyFilter_PatchContext as PatchContext,
  type EnvoyFilter_EnvoyConfigObjectMatch as Match, type EnvoyFilter_ProxyMatch as ProxyMatch,
} from '@quartet/api/istio/networking/v1alpha3/envoy_filter';
import type { Proxy } from '@quartet/model';
import { RE2JS } from 're2js';
import type { Diagnostics } from '../diagnostics.js';
import { objectName } from '../push/config-list.js';
import type { EnvoyFilterObject } from '../push/envoy-filter-index.js';
import type { PatchContextView } from '../view/route-view.js';

/** One patch, known to fit the proxy. */
export interface SelectedPatch {
  readonly applyTo: ApplyTo;
  readonly operation: Operation;
  readonly match: Match | undefined;
  readonly value: unknown;
  readonly object: string;
  readonly field: string;
}

/** The patches of one EnvoyFilter that fit a proxy. */
export type PatchSet = readonly SelectedPatch[];

export function selectPatches(object: EnvoyFilterObject, proxy: Proxy, diagnostics: Diagnostics): PatchSet {
  return object.spec.configPatches.flatMap((entry, i): SelectedPatch[] => {
    const field = `configPatches[${i}]`;
    if (!entry.patch) return [];
    if (!fitsProxy(entry.match?.proxy, proxy, (message) => diagnostics.error('INVALID_FIELD', { object: objectName(object), field: `${field}.match.proxy.proxyVersion` }, message))) return [];
    return [{ applyTo: entry.applyTo, operation: entry.patch.operation, match: entry.match, value: entry.patch.value ?? {}, object: objectName(object), field }];
  });
}

function fitsProxy(match: ProxyMatch | undefined, proxy: Proxy, report: (message: string) => void): boolean {
  if (!match) return true;
  if (match.proxyVersion !== '') {
    try {
      if (proxy.istioVersion === '' || !RE2JS.compile(match.proxyVersion).matcher(proxy.istioVersion).find()) return false;
    } catch (error) {
      report(`${error instanceof Error ? error.message : String(error)}; the patch is left out`);
      return false;
    }
  }
  return Object.entries(match.metadata).every(([key, value]) => proxy.metadata[key] === value);
}

const contexts: Readonly<Record<PatchContextView, PatchContext>> = {
  SIDECAR_INBOUND: PatchContext.SIDECAR_INBOUND, SIDECAR_OUTBOUND: PatchContext.SIDECAR_OUTBOUND, GATEWAY: PatchContext.GATEWAY,
};

export function fitsContext(patch: SelectedPatch, context: PatchContextView): boolean {
  const wanted = patch.match?.context ?? PatchContext.ANY;
  return wanted === PatchContext.ANY || wanted === contexts[context];
}

export const patchesOf = (set: PatchSet, applyTo: ApplyTo, ...operations: readonly Operation[]): SelectedPatch[] =>
  set.filter((patch) => patch.applyTo === applyTo && operations.includes(patch.operation));

/** Runs one patch; if its value does not fit, the resource stays as it was and the fault is reported. */
export function attempt<T>(patch: SelectedPatch, target: T, site: { diagnostics: Diagnostics; apply: () => T }): T {
  try {
    return site.apply();
  } catch (error) {
    site.diagnostics.error('PATCH_FAILED', { object: patch.object, field: `${patch.field}.patch.value` }, `${error instanceof Error ? error.message : String(error)}; the patch is left out`);
    return target;
  }
}

export { ApplyTo, Operation };
