import type { Port, Proxy, Service } from '@quartet/model';
import type { PushContext } from '../push/push-context.js';
import type { RbacView } from './rbac-view.js';

/** Access control of one port of the workload; undefined = everything is allowed. */
export function workloadRbac(_push: PushContext, _proxy: Proxy, _target: { service: Service; port: Port; protocol: 'http' | 'tcp' }): RbacView | undefined {
  return undefined;
}
