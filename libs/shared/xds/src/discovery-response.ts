import { fieldSize, writeFieldHead } from './wire.js';

export interface ResponseHead {
  readonly versionInfo: string;
  readonly typeUrl: string;
  readonly nonce: string;
}

const VERSION_INFO = 1;
const TYPE_URL = 4;
const NONCE = 5;

/**
 * An encoded envoy.service.discovery.v3.DiscoveryResponse, from a head and ready `resources` fields (EncodedResource.field or
 * ResourceSet.body).
 */
export function assembleResponse(head: ResponseHead, fields: readonly Uint8Array[]): Buffer {
  const version = Buffer.byteLength(head.versionInfo);
  const typeUrl = Buffer.byteLength(head.typeUrl);
  const nonce = Buffer.byteLength(head.nonce);
  let size = fieldSize(version) + fieldSize(typeUrl) + fieldSize(nonce);
  for (const field of fields) size += field.length;

  const response = Buffer.allocUnsafe(size);
  let at = writeFieldHead(response, { number: VERSION_INFO, length: version }, 0);
  at += response.write(head.versionInfo, at, 'utf8');
  for (const field of fields) {
    response.set(field, at);
    at += field.length;
  }
  at = writeFieldHead(response, { number: TYPE_URL, length: typeUrl }, at);
  at += response.write(head.typeUrl, at, 'utf8');
  at = writeFieldHead(response, { number: NONCE, length: nonce }, at);
  response.write(head.nonce, at, 'utf8');
  return response;
}
