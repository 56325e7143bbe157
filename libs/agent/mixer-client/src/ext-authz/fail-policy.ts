import { defaultFailPolicy, type FailPolicy } from '../check/verdict.js';

const failClose: FailPolicy = { ...defaultFailPolicy, failOpen: false };

/** Policy of a route from its context extensions (`mixer.network_fail_policy` and the retry settings). */
export function failPolicyOf(extensions: ReadonlyMap<string, string>): FailPolicy {
  const policy = namedFailPolicy(extensions.get('mixer.network_fail_policy'));
  const retries = extensions.get('mixer.max_retry');
  if (retries === undefined || retries === '0') return policy;
  return {
    failOpen: policy.failOpen,
    maxRetry: numberOr(retries, policy.maxRetry),
    baseRetryWaitMs: numberOr(extensions.get('mixer.base_retry_wait_ms'), policy.baseRetryWaitMs),
    maxRetryWaitMs: numberOr(extensions.get('mixer.max_retry_wait_ms'), policy.maxRetryWaitMs),
  };
}

export function namedFailPolicy(name: string | undefined): FailPolicy {
  return name === 'FAIL_CLOSE' ? failClose : defaultFailPolicy;
}

function numberOr(text: string | undefined, fallback: number): number {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : fallback;
}
