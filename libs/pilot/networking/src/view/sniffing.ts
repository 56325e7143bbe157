import type { Port } from '@quartet/model';
import type { PushContext } from '../push/push-context.js';

/** True if the protocol of connections to this port is found out by looking at them. */
export const sniffsOutbound = (push: PushContext, port: Port): boolean => port.protocol === 'Unsupported' && push.features.sniffOutbound;
export const sniffsInbound = (push: PushContext, port: Port): boolean => port.protocol === 'Unsupported' && push.features.sniffInbound;
