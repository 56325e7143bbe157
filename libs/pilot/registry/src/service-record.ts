import type { IstioEndpoint, Service } from '@quartet/model';

/** One host of one registry object, with what serves it. */
export interface ServiceRecord {
  /** One for each address of the host; they differ in `address` only. */
  readonly services: readonly Service[];
  /** Of all ports. */
  readonly endpoints: readonly IstioEndpoint[];
}
