/** One armoured block of a PEM text. */
export interface PemBlock {
  readonly label: string;
  readonly der: Buffer;
  /** The block alone, one newline at its end. */
  readonly text: string;
}

const block = /-----BEGIN ([A-Z0-9 ]+)-----\r?\n?([A-Za-z0-9+/=\s]*?)-----END \1-----/g;

/** The well-formed blocks of a text in order; anything between them is ignored, as Go's encoding/pem does. */
export function parsePem(text: string): PemBlock[] {
  return Array.from(text.matchAll(block), (match) => {
    const der = Buffer.from(match[2]!, 'base64');
    return { label: match[1]!, der, text: encodePem(match[1]!, der) };
  }).filter((found) => found.der.length > 0);
}

export function encodePem(label: string, der: Uint8Array): string {
  const lines = Buffer.from(der.buffer, der.byteOffset, der.byteLength).toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

/** Concatenates PEM texts so that every part ends with exactly one newline; empty parts vanish. */
export function joinPem(...parts: readonly string[]): string {
  return parts.map((part) => part.trim()).filter((part) => part !== '').map((part) => `${part}\n`).join('');
}
