import { Metadata } from '@quartet/api/envoy/config/core/v3/base';

/** Path of the configuration object that shaped a resource, as `istioctl x describe` reads it. */
export function istioConfig(path: string): Metadata | undefined {
  return istioMetadata({ config: path });
}

/** Namespace `istio` with the fields that have a value. */
export function istioMetadata(fields: Readonly<Record<string, string | undefined>>): Metadata | undefined {
  const present = Object.entries(fields).filter(([, value]) => value !== undefined && value !== '');
  return present.length === 0 ? undefined : Metadata.fromPartial({ filterMetadata: { istio: Object.fromEntries(present) } });
}
