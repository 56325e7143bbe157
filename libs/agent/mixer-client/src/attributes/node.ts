import type { MixerNode } from '../options.js';
import type { AttributeBag } from './value.js';

/** What the proxy knows of itself; the lowest in precedence of all sources. */
export interface NodeAttributes {
  readonly uid: string;
  readonly inbound: AttributeBag;
  readonly outbound: AttributeBag;
  /** A gateway: what clients forward is not believed. */
  readonly gateway: boolean;
}

/** uid and namespace as given, else from the node id `type~ip~name.namespace~domain`. */
export function nodeAttributes(node: MixerNode): NodeAttributes {
  const [type, , name = ''] = node.id.split('~');
  const uid = node.uid ?? (name === '' ? '' : `kubernetes://${name}`);
  const namespace = node.namespace ?? name.slice(name.lastIndexOf('.') + 1);
  return { uid, gateway: type === 'router', inbound: localAttributes('destination', uid, namespace), outbound: localAttributes('source', uid, namespace) };
}

function localAttributes(side: 'source' | 'destination', uid: string, namespace: string): AttributeBag {
  const bag: AttributeBag = new Map();
  if (uid !== '') bag.set(`${side}.uid`, uid).set('context.reporter.uid', uid);
  if (namespace !== '') bag.set(`${side}.namespace`, namespace);
  return bag;
}
