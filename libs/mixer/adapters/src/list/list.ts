import { Code, defineAdapter, okStatus, params as p, statusOf, stringify, type CheckResult, type ListEntry, type ParamsProblem, type Value } from '@quartet/mixer-adapter-sdk';
import { InvalidEntryError, parseEntries, type EntrySet, type ListEntryType } from './entry-set.js';
import { ListSource, type FetchList } from './list-source.js';

const listParams = p.message({
  providerUrl: p.string(),
  refreshInterval: p.duration('60s'),
  ttl: p.duration('300s'),
  cachingInterval: p.duration('300s'),
  cachingUseCount: p.integer(10000),
  overrides: p.repeated(p.string()),
  entryType: p.enumeration({ STRINGS: 0, CASE_INSENSITIVE_STRINGS: 1, IP_ADDRESSES: 2, REGEX: 3 }, 'STRINGS'),
  blacklist: p.bool(),
});

export type ListParams = ReturnType<typeof listParams.parse>['params'];

/**
 * Checks values against a whitelist or blacklist, given in the config or fetched from a URL.
 * Source: mixer/adapter/list (named `listchecker` in config).
 */
export function listChecker(fetchList: FetchList = fetchOverHttp) {
  return defineAdapter({
    name: 'listchecker',
    description: 'Checks whether a string is present in a list',
    templates: ['listentry'],
    params: listParams,
    validate: ({ params }) => validateList(params),
    async build({ params }, env) {
      const { entryType, overrides } = params;
      const caching = { validDurationMs: params.cachingInterval, validUseCount: params.cachingUseCount };
      if (params.providerUrl === '') {
        const entries = parseEntries(entryType, '', overrides);
        return { handleListEntry: (entry) => ({ ...checkEntry(entries, entry.value, params.blacklist), ...caching }) };
      }
      const parse = (text: string) => parseEntries(entryType, text, overrides);
      const source = new ListSource({ url: params.providerUrl, refreshMs: params.refreshInterval, ttlMs: params.ttl, parse }, fetchList, env);
      await source.start();
      return {
        handleListEntry(entry: ListEntry): CheckResult {
          const { entries } = source;
          if (!entries) throw source.lastError;
          return { ...checkEntry(entries, entry.value, params.blacklist), ...caching };
        },
      };
    },
  });
}

function checkEntry(entries: EntrySet, value: Value | undefined, blacklist: boolean): Pick<CheckResult, 'status'> {
  if (typeof value !== 'string' && !(value instanceof Uint8Array)) {
    return { status: statusOf(Code.INVALID_ARGUMENT, `${stringify(value)} is not a string or an IP address`) };
  }
  const text = stringify(value);
  try {
    const listed = entries.has(text);
    if (listed === !blacklist) return { status: okStatus };
    return { status: statusOf(Code.PERMISSION_DENIED, `${text} is ${blacklist ? 'blacklisted' : 'not whitelisted'}`) };
  } catch (error) {
    if (error instanceof InvalidEntryError) return { status: statusOf(Code.INVALID_ARGUMENT, error.message) };
    throw error;
  }
}

function validateList(params: ListParams): ParamsProblem[] {
  const problems: ParamsProblem[] = [];
  const refuse = (path: string, message: string) => void problems.push({ path, message });
  if (params.providerUrl !== '') {
    if (!/^[a-zA-Z][a-zA-Z0-9+.-]*:\/\/[^/?#]+/.test(params.providerUrl)) refuse('providerUrl', 'URL scheme and host cannot be empty');
    if (params.refreshInterval < 1000) refuse('refreshInterval', `refresh interval must be at least 1 second, it is ${params.refreshInterval}ms`);
    if (params.ttl < params.refreshInterval) refuse('ttl', `ttl must be >= refreshInterval, ttl is ${params.ttl}ms and refreshInterval is ${params.refreshInterval}ms`);
  }
  if (params.cachingInterval < 0) refuse('cachingInterval', 'caching interval must be >= 0');
  if (params.cachingUseCount < 0) refuse('cachingUseCount', `caching use count must be >= 0, it is ${params.cachingUseCount}`);
  const fault = entriesFault(params.entryType, params.overrides);
  if (fault) refuse('overrides', fault);
  return problems;
}

function entriesFault(type: ListEntryType, overrides: readonly string[]): string | undefined {
  try {
    parseEntries(type, '', overrides);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

const fetchTimeoutMs = 30_000;

async function fetchOverHttp(url: string): Promise<string> {
  const response = await fetch(url, { signal: AbortSignal.timeout(fetchTimeoutMs) });
  if (response.status !== 200) throw new Error(`could not fetch list: status ${response.status} from ${url}`);
  return response.text();
}
