import type { Service } from '@quartet/model';
import type { PushContext } from '../push/push-context.js';
import type { DestinationServiceView } from './route-view.js';

/** Attributes destination.service.* of a host name; of an unknown one only the host. */
export function destinationService(push: PushContext, hostname: string): DestinationServiceView {
  const service = push.services.byHostname(hostname);
  return service ? serviceAttributes(service) : { host: hostname, name: '', namespace: '', uid: '' };
}

export function serviceAttributes(service: Service): DestinationServiceView {
  const { name, namespace, uid } = service.attributes;
  return { host: service.hostname, name, namespace, uid, inMesh: !service.meshExternal };
}

/** Pass-through and black hole: nothing but a name is known. */
export const namedDestination = (name: string): DestinationServiceView => ({ host: '', name, namespace: '', uid: '' });
