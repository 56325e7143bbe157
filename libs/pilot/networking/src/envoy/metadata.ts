import { Metadata } from '@quartet/api/envoy/config/core/v3/base';

/** Path of the configuration object that shaped a resource, as `istioctl x describe` reads it. */
export function istioConfig(path: string): Metadata | undefined {
  return path === '' ? undefined : Metadata.fromPartial({ filterMetadata: { istio: { config: path } } });
}
