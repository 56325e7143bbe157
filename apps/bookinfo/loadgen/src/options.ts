import { parseArgs } from 'node:util';

export const help = `loadgen: a gentle load for the Bookinfo sample

  --url URL          what to ask for (http://127.0.0.1:8080/productpage)
  --rate N|max       requests a second, started on schedule; max = one after another on each connection (2)
  --duration SECS    how long; without it until SIGINT or SIGTERM
  --connections N    connections at most (8)
  --header 'K: V'    a header of each request; may be repeated
  --timeout SECS     for an answer (10)
  --json             print the summary as JSON`;

export interface Options {
  readonly url: URL;
  readonly rate: number | 'max';
  readonly durationMs: number | undefined;
  readonly connections: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly json: boolean;
}

/** @returns undefined if help was asked for. @throws naming the flag that is wrong */
export function parseOptions(args: readonly string[]): Options | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      url: { type: 'string', default: 'http://127.0.0.1:8080/productpage' },
      rate: { type: 'string', default: '2' },
      duration: { type: 'string' },
      connections: { type: 'string', default: '8' },
      header: { type: 'string', multiple: true, default: [] },
      timeout: { type: 'string', default: '10' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return undefined;
  return {
    url: httpUrl(values.url),
    rate: values.rate === 'max' ? 'max' : positive('--rate', values.rate),
    durationMs: values.duration === undefined ? undefined : positive('--duration', values.duration) * 1000,
    connections: Math.ceil(positive('--connections', values.connections)),
    headers: Object.fromEntries(values.header.map(header)),
    timeoutMs: positive('--timeout', values.timeout) * 1000,
    json: values.json,
  };
}

function httpUrl(text: string): URL {
  const url = URL.parse(text);
  if (url?.protocol !== 'http:') throw new Error(`--url is ${JSON.stringify(text)}; it must be an http:// URL`);
  return url;
}

function positive(flag: string, text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new Error(`${flag} is ${JSON.stringify(text)}; it must be a number above 0`);
  return value;
}

function header(text: string): [string, string] {
  const colon = text.indexOf(':');
  if (colon <= 0) throw new Error(`--header is ${JSON.stringify(text)}; it must be "name: value"`);
  return [text.slice(0, colon).trim(), text.slice(colon + 1).trim()];
}
