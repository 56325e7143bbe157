/** Plain numbers; the names follow the node agent's metrics of Istio 1.4. */
export interface SdsStatistics {
  pushes: number;
  pushErrors: number;
  activeConnections: number;
  /** CSRs sent, those sent again, and those that failed for good or for now. */
  outgoingRequests: number;
  outgoingRetries: number;
  failedOutgoingRequests: number;
  /** Of the last CSR. */
  outgoingLatencyMs: number;
  rotations: number;
  /** NACKs of Envoy; nothing is issued again for them. */
  rejected: number;
  unknownResources: number;
}

export function newStatistics(): SdsStatistics {
  return {
    pushes: 0, pushErrors: 0, activeConnections: 0, outgoingRequests: 0, outgoingRetries: 0, failedOutgoingRequests: 0,
    outgoingLatencyMs: 0, rotations: 0, rejected: 0, unknownResources: 0,
  };
}
