import { PkiError } from './errors.js';
import { parseIp, formatIp } from './ip.js';
import { spiffePrefix } from './spiffe.js';

export const sanOid = '2.5.29.17';

/** GeneralName choice tags, context class, primitive (RFC 5280 4.2.1.6). */
const dnsTag = 0x82;
const uriTag = 0x86;
const ipTag = 0x87;

/**
 * DER of a SubjectAltName value with one entry an identity: what parses as an IP is an iPAddress, what starts with
 * `spiffe://` a URI, all else a dNSName (security/pkg/pki/util/san.go).
 */
export function encodeSan(identities: readonly string[]): Buffer {
  const names = identities.map((identity) => {
    const ip = parseIp(identity);
    if (ip) return tlv(ipTag, ip);
    return tlv(identity.startsWith(spiffePrefix) ? uriTag : dnsTag, Buffer.from(identity, 'latin1'));
  });
  return tlv(0x30, Buffer.concat(names));
}

export interface CertificateExtension {
  /** Object identifier. */
  readonly type: string;
  /** DER of the extension's value. */
  readonly value: ArrayBuffer | Uint8Array;
}

export function findSan(extensions: Iterable<CertificateExtension>): CertificateExtension | undefined {
  for (const extension of extensions) if (extension.type === sanOid) return extension;
  return undefined;
}

/** SAN values of a certificate or request; throws `bad-san` if it has no such extension. */
export function extractIdentities(extensions: Iterable<CertificateExtension>): string[] {
  const san = findSan(extensions);
  if (!san) throw new PkiError('bad-san', 'the SAN extension does not exist');
  return decodeSan(new Uint8Array(san.value));
}

/** Every URI, DNS and IP value of a SubjectAltName, in order. Throws `bad-san` with Istio's texts. */
export function decodeSan(value: Uint8Array): string[] {
  const der = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  const outer = read(der, 0);
  if (outer.end !== der.length || outer.tag !== 0x30) throw incorrect();
  const identities: string[] = [];
  for (let at = outer.start; at < outer.end; ) {
    const name = read(der, at);
    if (name.end > outer.end) throw truncated();
    const content = der.subarray(name.start, name.end);
    if (name.tag === ipTag) identities.push(formatIp(content));
    else if (name.tag === uriTag || name.tag === dnsTag) identities.push(content.toString('latin1'));
    at = name.end;
  }
  return identities;
}

function read(der: Buffer, at: number): { tag: number; start: number; end: number } {
  const tag = der[at];
  let length = der[at + 1];
  if (tag === undefined || length === undefined) throw truncated();
  let start = at + 2;
  if (length > 0x80) {
    const bytes = length & 0x7f;
    if (bytes > 3 || start + bytes > der.length) throw truncated();
    length = der.readUIntBE(start, bytes);
    start += bytes;
  } else if (length === 0x80) throw incorrect();
  if (start + length > der.length) throw truncated();
  return { tag, start, end: start + length };
}

function tlv(tag: number, content: Buffer): Buffer {
  const { length } = content;
  if (length > 0xffff) throw new PkiError('bad-san', `a subject alternative name of ${length} bytes is too long`);
  const head = length < 0x80 ? [tag, length] : length < 0x100 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), content]);
}

const incorrect = () => new PkiError('bad-san', 'failed to extract identities from SAN extension (error the SAN extension is incorrectly encoded)');
const truncated = () => new PkiError('bad-san', 'failed to extract identities from SAN extension (error asn1: syntax error: data truncated)');
