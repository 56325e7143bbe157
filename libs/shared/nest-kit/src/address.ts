import { z } from 'zod';

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** `host:port`, `:port` (all addresses) or `[v6]:port`; port 0 lets the system choose. */
export function parseAddress(text: string): Address | undefined {
  const match = /^(?:tcp:\/\/)?(\[[^\]]+\]|[^:]*):(\d{1,5})$/.exec(text);
  if (!match) return undefined;
  const port = Number(match[2]);
  if (port > 65535) return undefined;
  return { host: (match[1] ?? '').replace(/^\[|\]$/g, '') || '0.0.0.0', port };
}

export function formatAddress({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Option schema of an address; the option's value is an {@link Address}. */
export const addressSchema = z.string().transform((text, context): Address => {
  const address = parseAddress(text);
  if (address) return address;
  context.addIssue({ code: 'custom', message: `expected host:port, got "${text}"` });
  return z.NEVER;
});
