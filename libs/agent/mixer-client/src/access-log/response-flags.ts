import type { ProtoReader } from '../wire/proto-reader.js';

/** Envoy's short names; index = field number of envoy.data.accesslog.v3.ResponseFlags. Field 13 is a message. */
const shortNames = [
  '', 'LH', 'UH', 'UT', 'LR', 'UR', 'UF', 'UC', 'UO', 'NR', 'DI', 'FI', 'RL', 'UAEX', 'RLSE', 'DC', 'URX', 'SI', 'IH', 'DPE', 'UMSDR', 'RFCF', 'NFCF', 'DT',
  'UPE', 'NC', 'OM', 'DF', 'DR',
];

export const noFlags = '-';
export const deniedByCheck = 'UAEX';

/** Short names, comma-joined in the order of the fields; `-` if none is set. */
export function readResponseFlags(reader: ProtoReader): string {
  let flags = '';
  const outer = reader.enter();
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    const isSet = (tag & 7) === 2 ? reader.bytes().length > 0 : reader.bool();
    const name = shortNames[tag >>> 3];
    if (isSet && name) flags += flags === '' ? name : `,${name}`;
  }
  reader.leave(outer);
  return flags === '' ? noFlags : flags;
}
