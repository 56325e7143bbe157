import { describe, expect, it } from 'vitest';
import { HeaderValueOption_HeaderAppendAction } from '@quartet/api/envoy/config/core/v3/base';
import { CheckResponse } from '@quartet/api/envoy/service/auth/v3/external_auth';
import { HeaderOperation_Operation, type HeaderOperation, type RouteDirective } from '@quartet/api/istio/mixer/v1/check';
import { CheckVerdict } from '../check/verdict.js';
import { encodeTcpResponse, httpResponse } from './authz-response.js';
import { requestHeaderChanges, responseHeaderOptions } from './header-operations.js';

const { REPLACE, REMOVE, APPEND } = HeaderOperation_Operation;
const { APPEND_IF_EXISTS_OR_ADD: append, OVERWRITE_IF_EXISTS_OR_ADD: overwrite } = HeaderValueOption_HeaderAppendAction;

function respond(code: number, message = '', directive?: Partial<RouteDirective>): CheckResponse {
  const full = directive && { requestHeaderOperations: [], responseHeaderOperations: [], directResponseCode: 0, directResponseBody: '', ...directive };
  return CheckResponse.decode(httpResponse(new CheckVerdict({ code, message }, full, { check: true, quota: false }), () => undefined));
}

describe('answer to an HTTP check', () => {
  it('lets a granted request on, with what the report needs', () => {
    expect(respond(0)).toMatchObject({ status: { code: 0 }, okResponse: { headers: [], headersToRemove: [] }, dynamicMetadata: { check_cache_hit: true, quota_cache_hit: false } });
    expect(respond(0).deniedResponse).toBeUndefined();
  });

  it.each([
    [1, 499, 'CANCELLED'], [2, 500, 'UNKNOWN'], [3, 400, 'INVALID_ARGUMENT'], [4, 504, 'DEADLINE_EXCEEDED'], [5, 404, 'NOT_FOUND'], [6, 409, 'ALREADY_EXISTS'],
    [7, 403, 'PERMISSION_DENIED'], [8, 429, 'RESOURCE_EXHAUSTED'], [9, 400, 'FAILED_PRECONDITION'], [10, 409, 'ABORTED'], [11, 400, 'OUT_OF_RANGE'],
    [12, 501, 'UNIMPLEMENTED'], [13, 500, 'INTERNAL'], [14, 503, 'UNAVAILABLE'], [15, 500, 'DATA_LOSS'], [16, 401, 'UNAUTHENTICATED'], [99, 500, 'UNKNOWN'],
  ])('denies code %i with %i %s', (code, http, name) => {
    expect(respond(code, 'h.ns:why')).toMatchObject({
      status: { code },
      deniedResponse: { status: { code: http }, body: `${name}:h.ns:why` },
      dynamicMetadata: { check_error_code: code, check_error_message: `${name}:h.ns:why` },
    });
    expect(respond(code).deniedResponse?.body).toBe(name);
  });

  it('answers directly, whatever the status', () => {
    const directive = { directResponseCode: 302, directResponseBody: 'go', responseHeaderOperations: [{ name: 'location', value: '/b', operation: REPLACE }] };
    for (const code of [0, 7]) {
      const response = respond(code, '', directive);
      expect(response).toMatchObject({ deniedResponse: { status: { code: 302 }, body: 'go', headers: [{ header: { key: 'location', value: '/b' }, appendAction: overwrite }] } });
      expect(response.status?.code).not.toBe(0);
    }
    expect(respond(0, '', directive).dynamicMetadata).not.toHaveProperty('check_error_code');
  });

  it('changes headers of granted requests and of all responses', () => {
    const directive = { requestHeaderOperations: [{ name: 'a', value: '1', operation: APPEND }, { name: 'b', value: '', operation: REMOVE }], responseHeaderOperations: [{ name: 'c', value: '2', operation: APPEND }] };
    expect(respond(0, '', directive).okResponse).toMatchObject({ headers: [{ header: { key: 'a', value: '1' }, appendAction: overwrite }], headersToRemove: ['b'], responseHeadersToAdd: [{ header: { key: 'c' } }] });
    expect(respond(7, '', directive).deniedResponse?.headers).toMatchObject([{ header: { key: 'c' } }]);
  });
});

describe('header operations', () => {
  const op = (operation: HeaderOperation_Operation, value = ''): HeaderOperation => ({ name: 'H', value, operation });

  it.each<[string, HeaderOperation[], [string, number][], string[], string[]]>([
    ['replace', [op(REPLACE, '1')], [['1', overwrite]], ['1'], []],
    ['append twice', [op(APPEND, '1'), op(APPEND, '2')], [['1', append], ['2', append]], ['0,1,2'], []],
    ['replace, append', [op(REPLACE, '1'), op(APPEND, '2')], [['1', overwrite], ['2', append]], ['1,2'], []],
    ['append, replace', [op(APPEND, '1'), op(REPLACE, '2')], [['2', overwrite]], ['2'], []],
    ['append, remove', [op(APPEND, '1'), op(REMOVE)], [], [], ['H']],
    ['remove, append', [op(REMOVE), op(APPEND, '1')], [['1', overwrite]], ['1'], []],
  ])('%s', (_name, operations, response, request, removed) => {
    expect(responseHeaderOptions(operations).map(({ header, appendAction }) => [header?.value, appendAction])).toEqual(response);
    const changes = requestHeaderChanges(operations, (name) => (name === 'h' ? '0' : undefined));
    expect(changes.options.map(({ header, appendAction }) => [header?.value, appendAction])).toEqual(request.map((value) => [value, overwrite]));
    expect(changes.removed).toEqual(removed);
  });

  it('add to a request what it does not have', () => {
    expect(requestHeaderChanges([op(APPEND, '1'), op(APPEND, '2')], () => undefined).options.map(({ header }) => header?.value)).toEqual(['1,2']);
  });

  it('are computed anew for each request where they depend on it', () => {
    const directive = { requestHeaderOperations: [op(APPEND, '1')], responseHeaderOperations: [], directResponseCode: 0, directResponseBody: '' };
    const verdict = new CheckVerdict({ code: 0, message: '' }, directive, { check: true, quota: false });
    const sent = (before: string): string | undefined => CheckResponse.decode(httpResponse(verdict, () => before)).okResponse?.headers[0]?.header?.value;
    expect([sent('a'), sent('b')]).toEqual(['a,1', 'b,1']);
  });
});

describe('answer to a TCP check', () => {
  it.each([[0, {}], [7, { check_error_code: 7, check_error_message: 'PERMISSION_DENIED' }]])('code %i', (code, error) => {
    const response = CheckResponse.decode(encodeTcpResponse(new CheckVerdict({ code, message: '' }, undefined, { check: false, quota: false })));
    expect(response).toEqual({ status: { code, message: '', details: [] }, dynamicMetadata: { check_cache_hit: false, quota_cache_hit: false, ...error } });
  });
});
