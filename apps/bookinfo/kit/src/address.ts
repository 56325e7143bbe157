export interface Address {
  readonly host: string;
  readonly port: number;
}

/** @throws naming `what` if the text is not host:port */
export function parseAddress(text: string, what: string): Address {
  const match = /^(.*):(\d{1,5})$/.exec(text);
  const port = Number(match?.[2]);
  if (!match?.[1] || port > 65535) throw new Error(`${what} is ${JSON.stringify(text)}; it must be host:port`);
  return { host: match[1].replace(/^\[|\]$/g, ''), port };
}
