import { MutualTls_Mode, type Policy } from '@quartet/api/istio/authentication/v1alpha1/policy';
import { host as hostNames, type ConfigObject, type ConfigSnapshot, type Port, type Service } from '@quartet/model';
import { byAge, collections } from './config-list.js';

export type PolicyObject = ConfigObject<Policy>;
export type MutualTlsMode = 'DISABLE' | 'PERMISSIVE' | 'STRICT';

/** Authentication policies by target. Immutable. */
export interface AuthenticationIndex {
  /** The most specific policy of a service's port: by host name, else of its namespace, else of the mesh. */
  policyFor(service: Service, port: Port): PolicyObject | undefined;
}

export function indexAuthentication(config: ConfigSnapshot, domain: string): AuthenticationIndex {
  const byHost = new Map<string, { policy: PolicyObject; port: { number?: number | undefined; name?: string | undefined } | undefined }[]>();
  const byNamespace = new Map<string, PolicyObject>();
  for (const policy of [...config.list<Policy>(collections.authenticationPolicies)].sort(byAge)) {
    const { metadata, spec } = policy;
    if (spec.targets.length === 0) {
      if (metadata.name === 'default') byNamespace.set(metadata.namespace, policy);
      continue;
    }
    for (const target of spec.targets) {
      const host = hostNames.resolveShortName(target.name, metadata.namespace, domain);
      const entries = byHost.get(host) ?? [];
      byHost.set(host, entries);
      if (target.ports.length === 0) entries.push({ policy, port: undefined });
      for (const port of target.ports) entries.push({ policy, port });
    }
  }
  const mesh = config.list<Policy>(collections.meshPolicies).find((policy) => policy.metadata.name === 'default');
  return {
    policyFor(service, port) {
      const entry = byHost.get(service.hostname)?.find(({ port: selector }) => {
        if (!selector) return true;
        return selector.name !== undefined ? selector.name === port.name : selector.number === port.port;
      });
      return entry?.policy ?? byNamespace.get(service.attributes.namespace) ?? mesh;
    },
  };
}

/** What the first mTLS entry among a policy's peers asks; `mtls: {}` and `mtls: null` are STRICT. */
export function mutualTlsMode(policy: PolicyObject | undefined): MutualTlsMode {
  const mtls = policy?.spec.peers.find((peer) => peer.mtls)?.mtls;
  if (!mtls) return 'DISABLE';
  return mtls.mode === MutualTls_Mode.PERMISSIVE || mtls.allowTls ? 'PERMISSIVE' : 'STRICT';
}
