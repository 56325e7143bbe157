import { counterKey } from './counter-key.js';
import type { Entry, Limit, LimitedDescriptor } from './limit.js';
import { LimitConfigError, type DescriptorConfig, type DomainConfig } from './limit-config.js';

interface Node {
  limit?: Limit;
  /** Below it by key and value, and by key alone. */
  readonly exact: Map<string, Node>;
  readonly any: Map<string, Node>;
}

/** Every limit, indexed. Immutable. */
export class LimitTable {
  readonly #domains = new Map<string, Node>();

  /** @throws LimitConfigError for a domain or a descriptor given twice */
  constructor(domains: readonly DomainConfig[]) {
    for (const { domain, descriptors } of domains) {
      if (this.#domains.has(domain)) throw new LimitConfigError(`domain ${domain} is given twice`);
      this.#domains.set(domain, buildNode(descriptors, domain));
    }
  }

  get domains(): readonly string[] {
    return [...this.#domains.keys()];
  }

  has(domain: string): boolean {
    return this.#domains.has(domain);
  }

  /**
   * The limit of a descriptor: entries are followed in order, at each level a node with the value before one without;
   * the limit is that of the node where the last entry ends. `undefined` = nothing limits it.
   */
  find(domain: string, entries: readonly Entry[]): LimitedDescriptor | undefined {
    let node = this.#domains.get(domain);
    for (const { key, value } of entries) node = node && (node.exact.get(childName(key, value)) ?? node.any.get(key));
    return node?.limit && { limit: node.limit, key: counterKey(domain, entries) };
  }
}

const childName = (key: string, value: string): string => `${key.length}:${key}=${value}`;

function buildNode(descriptors: readonly DescriptorConfig[], path: string): Node {
  const node: Node = { exact: new Map(), any: new Map() };
  for (const descriptor of descriptors) {
    const { key, value, limit, shadow } = descriptor;
    const name = `${path}.${key}${value === undefined ? '' : `_${value}`}`;
    const child = buildNode(descriptor.descriptors, name);
    if (limit) child.limit = { name: limit.name ?? name, requests: limit.requests, windowMs: limit.windowMs, shadow };
    const siblings = value === undefined ? node.any : node.exact;
    const childKey = value === undefined ? key : childName(key, value);
    if (siblings.has(childKey)) throw new LimitConfigError(`descriptor ${name} is given twice`);
    siblings.set(childKey, child);
  }
  return node;
}
