import type { DirectHttpResponse } from '@quartet/mixer-adapter-sdk';
import type { AttributeSource } from '@quartet/mixer-expr';
import type { HeaderOperationTemplate } from '../config/rule.js';
import { holds, type DirectiveGroup } from '../routing/routing-table.js';
import { HeaderOp, type HeaderOperation, type RouteDirective } from '../wire/responses.js';
import { httpStatusOf } from './http-status.js';

/** What the rules of an allowed request want done to its headers; undefined = nothing. */
export function headerDirective(groups: readonly DirectiveGroup[], bag: AttributeSource): RouteDirective | undefined {
  const request: HeaderOperation[] = [];
  const response: HeaderOperation[] = [];
  for (const group of groups) {
    if (!holds(group.match, bag)) continue;
    for (const operation of group.request) evaluateInto(request, operation, bag);
    for (const operation of group.response) evaluateInto(response, operation, bag);
  }
  if (request.length + response.length === 0) return undefined;
  return { requestHeaderOperations: request, responseHeaderOperations: response, directResponseCode: 0, directResponseBody: '' };
}

/** One operation for each value; a value that is empty or can't be evaluated is passed over. */
function evaluateInto(operations: HeaderOperation[], { name, operation, values }: HeaderOperationTemplate, bag: AttributeSource): void {
  if (operation === HeaderOp.REMOVE) {
    operations.push({ name, value: '', operation });
    return;
  }
  for (const expression of values) {
    try {
      const value = expression.eval(bag) as string;
      if (value !== '') operations.push({ name, value, operation });
    } catch {
      continue;
    }
  }
}

/** The answer a denial wants the proxy to give; `code` is the denial's, for responses that name no HTTP status. */
export function directResponseDirective(response: DirectHttpResponse, code: number): RouteDirective {
  return {
    requestHeaderOperations: [],
    responseHeaderOperations: Object.entries(response.headers).flatMap(([name, value]) => responseHeader(name, value)),
    directResponseCode: response.code || httpStatusOf(code),
    directResponseBody: response.body,
  };
}

function responseHeader(name: string, value: string): HeaderOperation[] {
  if (name.toLowerCase() !== 'set-cookie') return [{ name, value, operation: HeaderOp.REPLACE }];
  return value.split(',').map((cookie) => ({ name, value: cookie, operation: HeaderOp.APPEND }));
}
