import type { Protocol } from '@quartet/model';
import type { Diagnostics } from '../diagnostics.js';
import { emptyMatch, httpProtocols } from './handlers.js';
import type { FilterChainMatchView, FilterChainView, ListenerView } from './listener-view.js';

/** What a listener's connections are taken for; `auto` finds out. */
export type ListenerClass = 'http' | 'tcp' | 'auto';

export interface ListenerCandidate {
  readonly class: ListenerClass;
  readonly protocol: Protocol;
  readonly service: string;
  readonly view: ListenerView;
}

interface Entry {
  readonly first: ListenerCandidate;
  class: ListenerClass;
  protocol: Protocol;
  view: ListenerView;
  locked: boolean;
}

/** Protocols whose server speaks first: looking at the client's bytes would wait for ever. */
const serverFirst: ReadonlySet<Protocol> = new Set<Protocol>(['Mongo', 'MySQL']);

/** Outbound listeners by address; several services on one address are merged where that is possible. */
export class OutboundListenerMap {
  readonly #entries = new Map<string, Entry>();

  constructor(private readonly options: { readonly sniff: boolean; readonly diagnostics: Diagnostics }) {}

  /** What stands now is what the user declared port by port: the catch-all adds nothing to it. */
  lock(): void {
    for (const entry of this.#entries.values()) entry.locked = true;
  }

  /** TCP listeners first, then HTTP; within each in order of first appearance. */
  views(): ListenerView[] {
    const entries = [...this.#entries.values()];
    return [...entries.filter(({ first }) => first.class === 'tcp'), ...entries.filter(({ first }) => first.class !== 'tcp')].map(({ view }) => view);
  }

  add(incoming: ListenerCandidate): void {
    const entry = this.#entries.get(incoming.view.name);
    if (!entry) {
      this.#entries.set(incoming.view.name, { first: incoming, class: incoming.class, protocol: incoming.protocol, view: incoming.view, locked: false });
      return;
    }
    if (entry.locked) return;
    if (!this.options.sniff) this.#addUnsniffed(entry, incoming);
    else if (incoming.protocol === entry.protocol || !(serverFirst.has(incoming.protocol) || serverFirst.has(entry.protocol))) this.#merge(entry, incoming);
    else this.#conflict(incoming, incoming.class === 'http' ? 'CONFLICT_OUTBOUND_HTTP_OVER_TCP' : 'CONFLICT_OUTBOUND_TCP_OVER_HTTP', 'a server that speaks first shares the address');
  }

  #merge(entry: Entry, incoming: ListenerCandidate): void {
    switch (`${incoming.class} over ${entry.class}` as const) {
      case 'http over tcp':
        this.#become(entry, [...entry.view.chains, ...incoming.view.chains.map(onlyHttp)]);
        break;
      case 'tcp over http':
        this.#become(entry, [...incoming.view.chains, ...entry.view.chains.map(onlyHttp)]);
        break;
      case 'tcp over tcp':
        entry.view = withInspectors({ ...entry.view, chains: this.#mergeTcp(entry, incoming) }, incoming.view.inspectors);
        break;
      case 'tcp over auto':
        entry.view = { ...entry.view, chains: this.#mergeTcp(entry, incoming) };
        break;
      case 'auto over tcp':
        this.#become(entry, this.#mergeTcp(entry, incoming));
        break;
      case 'auto over http':
        this.#entries.set(incoming.view.name, { first: incoming, class: 'auto', protocol: incoming.protocol, view: incoming.view, locked: false });
        break;
      default:
      // HTTP over HTTP or auto, auto over auto: the route table tells the services apart.
    }
  }

  /** Without sniffing the first class wins. */
  #addUnsniffed(entry: Entry, incoming: ListenerCandidate): void {
    if (incoming.class === 'http' && entry.class === 'http') return;
    if (incoming.class === 'http') this.#conflict(incoming, 'CONFLICT_OUTBOUND_TCP_OVER_HTTP', `a TCP listener of ${entry.first.service} has the address`);
    else if (entry.class === 'http') this.#conflict(incoming, 'CONFLICT_OUTBOUND_HTTP_OVER_TCP', `an HTTP listener of ${entry.first.service} has the address`);
    else entry.view = withInspectors({ ...entry.view, chains: this.#mergeTcp(entry, incoming) }, incoming.view.inspectors);
  }

  #become(entry: Entry, chains: readonly FilterChainView[]): void {
    entry.class = 'auto';
    entry.protocol = 'Unsupported';
    entry.view = withInspectors({ ...entry.view, chains }, ['tls', 'http']);
  }

  /** Chains whose condition stands already are left out; a real match-all takes the place of a fallthrough. */
  #mergeTcp(entry: Entry, incoming: ListenerCandidate): FilterChainView[] {
    const chains = [...entry.view.chains];
    for (const candidate of incoming.view.chains) {
      const at = chains.findIndex((existing) => sameMatch(existing.match, candidate.match));
      const existing = chains[at];
      if (!existing) chains.push(candidate);
      else if (existing.fallthrough && !candidate.fallthrough) chains[at] = candidate;
      else if (!candidate.fallthrough && existing.config + JSON.stringify(existing.handler) !== candidate.config + JSON.stringify(candidate.handler)) {
        this.#conflict(incoming, 'CONFLICT_OUTBOUND_TCP_OVER_TCP', `a chain of ${entry.first.service} has the same conditions`);
      }
    }
    return chains;
  }

  #conflict(incoming: ListenerCandidate, code: 'CONFLICT_OUTBOUND_TCP_OVER_HTTP' | 'CONFLICT_OUTBOUND_HTTP_OVER_TCP' | 'CONFLICT_OUTBOUND_TCP_OVER_TCP', reason: string): void {
    this.options.diagnostics.warn(code, { object: incoming.service, field: incoming.view.name }, `${reason}; this port is left out`);
  }
}

const sameMatch = (a: FilterChainMatchView | undefined, b: FilterChainMatchView | undefined): boolean => JSON.stringify(a ?? emptyMatch) === JSON.stringify(b ?? emptyMatch);

/**
 * Restricts a chain to what the inspectors take for HTTP; in clear text, but for chains of one destination, which must not shadow the
 * unrestricted chain of the same destination.
 */
function onlyHttp(chain: FilterChainView): FilterChainView {
  const match = chain.match ?? emptyMatch;
  const missing = httpProtocols.filter((protocol) => !match.applicationProtocols.includes(protocol));
  return { ...chain, match: { ...match, applicationProtocols: [...match.applicationProtocols, ...missing], transportProtocol: match.destinations.length > 0 ? '' : 'raw_buffer' } };
}

function withInspectors(view: ListenerView, more: ListenerView['inspectors']): ListenerView {
  const order = ['original_dst', 'tls', 'http'] as const;
  return { ...view, inspectors: order.filter((inspector) => view.inspectors.includes(inspector) || more.includes(inspector)) };
}
