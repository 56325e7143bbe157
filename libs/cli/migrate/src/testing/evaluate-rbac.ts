import { RE2JS } from 're2js';
import type { TestRequest } from './request.js';

type Json = Readonly<Record<string, unknown>>;

/** Whether an RBAC configuration lets a request through, by the rules of envoy.config.rbac.v3; for tests. */
export function rbacAllows(rules: Json, request: TestRequest): boolean {
  const matched = Object.values(rules['policies'] as Record<string, { permissions: Json[]; principals: Json[] }>)
    .some(({ permissions, principals }) => permissions.some((one) => holds(one, request)) && principals.some((one) => holds(one, request)));
  return rules['action'] === 'DENY' ? !matched : matched;
}

function holds(rule: Json, request: TestRequest): boolean {
  const [[kind, value] = []] = Object.entries(rule);
  const many = () => Object.values(value as Json)[0] as Json[];
  switch (kind) {
    case 'any':
      return true;
    case 'andRules':
    case 'andIds':
      return many().every((one) => holds(one, request));
    case 'orRules':
    case 'orIds':
      return many().some((one) => holds(one, request));
    case 'notRule':
    case 'notId':
      return !holds(value as Json, request);
    case 'header':
      return headerHolds(value as Json, request);
    case 'urlPath':
      return request.world === 'http' && stringHolds((value as Json)['path'] as Json, (request.headers[':path'] ?? '').split('?')[0] ?? '');
    case 'destinationPort':
      return request.port === value;
    case 'authenticated':
      return authenticated(value as Json, request);
    case 'directRemoteIp':
      return inRange(request.address, value as { addressPrefix: string; prefixLen: number });
    default:
      throw new Error(`unknown rule ${kind}`);
  }
}

function headerHolds(header: Json, { headers }: TestRequest): boolean {
  const value = headers[String(header['name'])] ?? (header['treatMissingHeaderAsEmpty'] ? '' : undefined);
  if (value === undefined) return false;
  return header['presentMatch'] === true || stringHolds(header['stringMatch'] as Json, value);
}

function authenticated({ principalName }: Json, { principal }: TestRequest): boolean {
  return principal !== undefined && (principalName === undefined || stringHolds(principalName as Json, `spiffe://${principal}`));
}

function stringHolds(matcher: Json, value: string): boolean {
  const fold = (text: string) => (matcher['ignoreCase'] ? text.toLowerCase() : text);
  const text = (key: string) => matcher[key] as string;
  if ('exact' in matcher) return fold(value) === fold(text('exact'));
  if ('prefix' in matcher) return value.startsWith(text('prefix'));
  if ('suffix' in matcher) return value.endsWith(text('suffix'));
  return RE2JS.compile((matcher['safeRegex'] as { regex: string }).regex).matcher(value).matches();
}

export function inRange(address: string, { addressPrefix, prefixLen }: { addressPrefix: string; prefixLen: number }): boolean {
  const bits = (text: string) => text.split('.').map((part) => Number(part).toString(2).padStart(8, '0')).join('');
  return bits(address).slice(0, prefixLen) === bits(addressPrefix).slice(0, prefixLen);
}
