import { QuotaSpec, type QuotaSpecBinding } from '@quartet/api/istio/mixer/v1/config/client/quota';
import type { IstioService } from '@quartet/api/istio/mixer/v1/config/client/service';
import type { ConfigSnapshot } from '@quartet/model';
import { collections } from './config-list.js';

/** Quota specs by the services that they are bound to. Immutable. */
export interface QuotaIndex {
  /** Serialized QuotaSpec messages bound to a host name, by the spec's `name.namespace`. */
  specsFor(hostname: string): readonly Uint8Array[];
}

export function indexQuotas(config: ConfigSnapshot, domain: string): QuotaIndex {
  const bindings = config.list<QuotaSpecBinding>(collections.quotaSpecBindings);
  const cache = new Map<string, readonly Uint8Array[]>();
  return {
    specsFor(hostname) {
      let specs = cache.get(hostname);
      if (!specs) cache.set(hostname, (specs = bindings.length === 0 ? [] : find(hostname)));
      return specs;
    },
  };

  function find(hostname: string): readonly Uint8Array[] {
    const names = new Set<string>();
    for (const { metadata, spec } of bindings) {
      if (!spec.services.some((service) => bindsTo(service, metadata.namespace, hostname))) continue;
      for (const reference of spec.quotaSpecs) names.add(`${reference.namespace || metadata.namespace}\n${reference.name}`);
    }
    return [...names].sort().flatMap((name) => {
      const [namespace = '', spec = ''] = name.split('\n');
      const object = config.get<QuotaSpec>(collections.quotaSpecs, namespace, spec);
      return object ? [QuotaSpec.encode(object.spec).finish()] : [];
    });
  }

  function bindsTo(service: IstioService, namespace: string, hostname: string): boolean {
    if (service.service !== '') {
      if (service.service === '*') return true;
      // `*.ns.*`: every service of a namespace.
      const middle = /^\*(\..+\.)\*$/.exec(service.service)?.[1];
      return middle === undefined ? service.service === hostname : hostname.includes(middle);
    }
    return `${service.name}.${service.namespace || namespace}.${service.domain || `svc.${domain}`}` === hostname;
  }
}
