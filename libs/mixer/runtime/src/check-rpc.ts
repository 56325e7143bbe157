import { Code } from '@quartet/mixer-adapter-sdk';
import type { AttributeSource } from '@quartet/mixer-expr';
import { CompressedBag } from './bag/compressed-bag.js';
import { ReferenceTracker } from './bag/reference-tracker.js';
import { check, type CheckOutcome } from './dispatch/check.js';
import { messageOf, RpcError } from './dispatch/errors.js';
import { preprocess } from './dispatch/preprocess.js';
import { decideQuota, type QuotaOutcome } from './dispatch/quota.js';
import type { RpcContext } from './rpc-context.js';
import { readCheckRequest, type CheckRequest } from './wire/requests.js';
import { writeCheckResponse, type QuotaGrant } from './wire/responses.js';

/**
 * The Check RPC: bytes of a CheckRequest in, bytes of a CheckResponse out.
 * @throws RpcError
 */
export async function checkRpc(bytes: Buffer, rpc: RpcContext): Promise<Buffer> {
  const request = readOrRefuse(bytes);
  requireKnownWords(request.globalWordCount, rpc);
  const tracker = new ReferenceTracker();
  const raw = bagOf(request, tracker, rpc);
  const bag = await stage('preprocessing attributes failed', () => preprocess(rpc.table, raw, rpc.dispatch));
  const beforeCheck = request.quotas.size > 0 ? tracker.snapshot() : undefined;
  const outcome = await stage('performing check operation failed', () => check(rpc.table, bag, rpc.dispatch));
  const references = [...tracker];
  const grants = beforeCheck && outcome.code === 0 ? await decideQuotas(request, bag, { rpc, tracker, beforeCheck }) : [];
  return writeCheckResponse({ ...precondition(outcome), references }, grants, { dictionary: rpc.dictionary, globalWordCount: request.globalWordCount });
}

function readOrRefuse(bytes: Buffer): CheckRequest {
  try {
    return readCheckRequest(bytes);
  } catch (error) {
    throw new RpcError(Code.INTERNAL, `request is not a CheckRequest: ${messageOf(error)}`);
  }
}

export function requireKnownWords(count: number, { dictionary }: RpcContext): void {
  if (count <= dictionary.size) return;
  throw new RpcError(Code.INTERNAL, `inconsistent global dictionary versions used: mixer knows ${dictionary.size} words, caller knows ${count}`);
}

function bagOf(request: CheckRequest, tracker: ReferenceTracker, { dictionary, dispatch }: RpcContext): CompressedBag {
  const onUndefinedIndex = (name: string, error: Error) => dispatch.logger.debug(`attribute ${name}: ${error.message}`);
  try {
    return new CompressedBag(request.bytes, request.attributes, { dictionary, tracker, onUndefinedIndex });
  } catch (error) {
    throw new RpcError(Code.INTERNAL, `attributes can't be read: ${messageOf(error)}`);
  }
}

async function stage<T>(what: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new RpcError(Code.INTERNAL, `${what}: ${messageOf(error)}`);
  }
}

function precondition({ code, message, validDurationMs, validUseCount, directive }: CheckOutcome) {
  return { code, message, validDurationMs, validUseCount, directive };
}

interface QuotaStage {
  readonly rpc: RpcContext;
  readonly tracker: ReferenceTracker;
  readonly beforeCheck: ReferenceTracker;
}

/** Each quota says what it alone has read beyond what preprocessing read. */
async function decideQuotas({ quotas, deduplicationId }: CheckRequest, bag: AttributeSource, { rpc, tracker, beforeCheck }: QuotaStage): Promise<QuotaGrant[]> {
  const grants: QuotaGrant[] = [];
  for (const [name, params] of quotas) {
    tracker.restore(beforeCheck);
    const quotaRequest = { name, ...params, dedupId: deduplicationId + name };
    const outcome: QuotaOutcome = await decideQuota(rpc.table, bag, { request: quotaRequest, context: rpc.dispatch });
    grants.push({ name, ...outcome, references: [...tracker] });
  }
  return grants;
}
