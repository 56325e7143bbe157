/** Something that has no replacement, or needs none. */
export interface NotCarried {
  /** `rule istio-system/deny` */
  readonly object: string;
  readonly reason: string;
}
