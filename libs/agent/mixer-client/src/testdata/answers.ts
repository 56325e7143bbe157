import { CheckResponse, ReferencedAttributes_Condition, type CheckResponse_QuotaResult, type ReferencedAttributes, type RouteDirective } from '@quartet/api/istio/mixer/v1/check';
import { globalWords } from '@quartet/model/global-words';

export const { ABSENCE, EXACT, REGEX } = ReferencedAttributes_Condition;

export type Match = [condition: ReferencedAttributes_Condition, name: string, mapKey?: string];

/** ReferencedAttributes as Mixer writes them: global words by index, the rest in `words`, `map_key` 0 if there is none. */
export function referenced(...matches: Match[]): ReferencedAttributes {
  const words: string[] = [];
  const index = (word: string): number => {
    const global = globalWords.indexOf(word);
    return global >= 0 ? global : -words.push(word);
  };
  return { attributeMatches: matches.map(([condition, name, mapKey]) => ({ condition, name: index(name), mapKey: mapKey === undefined ? 0 : index(mapKey), regex: '' })), words };
}

export interface AnswerParts {
  readonly code?: number;
  readonly message?: string;
  readonly matches?: readonly Match[];
  readonly validSeconds?: number;
  readonly useCount?: number;
  readonly quotas?: Readonly<Record<string, CheckResponse_QuotaResult>>;
  readonly directive?: Partial<RouteDirective>;
}

export function answer(parts: AnswerParts = {}): CheckResponse {
  const directive = { requestHeaderOperations: [], responseHeaderOperations: [], directResponseCode: 0, directResponseBody: '', ...parts.directive };
  return {
    precondition: {
      status: { code: parts.code ?? 0, message: parts.message ?? '', details: [] },
      validDuration: parts.validSeconds === undefined ? undefined : { seconds: parts.validSeconds, nanos: 0 },
      validUseCount: parts.useCount ?? 10_000,
      referencedAttributes: referenced(...(parts.matches ?? [])),
      routeDirective: parts.directive && directive,
    },
    quotas: { ...parts.quotas },
  };
}

export function quotaResult(grantedAmount: number, parts: { validSeconds?: number; matches?: readonly Match[]; code?: number } = {}): CheckResponse_QuotaResult {
  return {
    grantedAmount,
    validDuration: { seconds: parts.validSeconds ?? 60, nanos: 0 },
    referencedAttributes: referenced(...(parts.matches ?? [])),
    status: { code: parts.code ?? 0, message: '', details: [] },
  };
}

export function encodeAnswer(response: CheckResponse): Uint8Array {
  return CheckResponse.encode(response).finish();
}
