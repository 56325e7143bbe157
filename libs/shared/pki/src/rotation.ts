export interface RotationPolicy {
  /** Part of the lifetime that is grace: renew once less is left. Within [0, 1]; Citadel and the agent use 0.5. */
  readonly graceRatio: number;
  readonly minGraceMs: number;
}

/** When a certificate must be renewed, in milliseconds since the epoch (security/pkg/util/certutil.go). */
export function renewAt(certificate: { notBefore: number; notAfter: number }, policy: RotationPolicy): number {
  const grace = Math.max(policy.graceRatio * (certificate.notAfter - certificate.notBefore), policy.minGraceMs);
  return certificate.notAfter - grace;
}

/**
 * Milliseconds to wait before renewal, counted from `now`; throws if the certificate expired or is due
 * (GetWaitTime of Istio 1.4, with its texts).
 */
export function certificateWaitTime(certificate: { notBefore: number; notAfter: number }, now: number, policy: RotationPolicy): number {
  if (now > certificate.notAfter) throw new Error(`certificate already expired at ${new Date(certificate.notAfter).toISOString()}, but now is ${new Date(now).toISOString()}`);
  const wait = renewAt(certificate, policy) - now;
  if (wait <= 0) throw new Error('got a certificate that should be renewed now');
  return wait;
}
