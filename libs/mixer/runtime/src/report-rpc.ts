import { Code } from '@quartet/mixer-adapter-sdk';
import type { AttributeSource } from '@quartet/mixer-expr';
import { CompressedBag } from './bag/compressed-bag.js';
import { LayeredBag } from './bag/layered-bag.js';
import { requireKnownWords } from './check-rpc.js';
import { messageOf, RpcError } from './dispatch/errors.js';
import { preprocess } from './dispatch/preprocess.js';
import { Reporter } from './dispatch/report.js';
import type { RpcContext } from './rpc-context.js';
import { readReportRequest, type Bounds, type ReportRequest } from './wire/requests.js';

const emptyResponse = Buffer.alloc(0);

/** How many bags are in a request, for throttling; 1 for bytes that are none. */
export function bagCount(bytes: Buffer): number {
  try {
    return readReportRequest(bytes).attributes.length;
  } catch {
    return 1;
  }
}

/**
 * The Report RPC: bytes of a ReportRequest in, an empty ReportResponse out, when every adapter has taken its part.
 * @throws RpcError (UNKNOWN with all that failed; what could be delivered was)
 */
export async function reportRpc(bytes: Buffer, rpc: RpcContext): Promise<Buffer> {
  const request = readOrRefuse(bytes);
  requireKnownWords(request.globalWordCount, rpc);
  if (request.attributes.length === 0) return emptyResponse;
  const reporter = new Reporter(rpc.table, rpc.dispatch);
  for (const bag of request.independent ? independentBags(request, rpc, reporter.failures) : deltaBags(request, rpc, reporter.failures)) {
    try {
      const processed = preprocess(rpc.table, bag, rpc.dispatch);
      reporter.add(processed instanceof Promise ? await processed : processed);
    } catch (error) {
      reporter.failures.push(`preprocessing attributes failed: ${messageOf(error)}`);
    }
  }
  try {
    await reporter.flush();
  } catch (error) {
    throw new RpcError(Code.UNKNOWN, messageOf(error));
  }
  return emptyResponse;
}

function readOrRefuse(bytes: Buffer): ReportRequest {
  try {
    return readReportRequest(bytes);
  } catch (error) {
    throw new RpcError(Code.INTERNAL, `request is not a ReportRequest: ${messageOf(error)}`);
  }
}

function bagOf(request: ReportRequest, bounds: Bounds, { dictionary, dispatch }: RpcContext): CompressedBag {
  const onUndefinedIndex = (name: string, error: Error) => dispatch.logger.debug(`attribute ${name}: ${error.message}`);
  return new CompressedBag(request.bytes, bounds, { dictionary, defaultWords: request.defaultWords, onUndefinedIndex });
}

/** INDEPENDENT_ENCODING: each element is a bag of its own. */
function* independentBags(request: ReportRequest, rpc: RpcContext, failures: string[]): Generator<AttributeSource> {
  for (const bounds of request.attributes) {
    try {
      yield bagOf(request, bounds, rpc);
    } catch (error) {
      failures.push(`attributes can't be read: ${messageOf(error)}`);
    }
  }
}

/** DELTA_ENCODING: the first element is the base, each later one overwrites values of what has come together so far. */
function* deltaBags(request: ReportRequest, rpc: RpcContext, failures: string[]): Generator<AttributeSource> {
  const accumulated = new LayeredBag(undefined);
  for (const [i, bounds] of request.attributes.entries()) {
    try {
      const bag = bagOf(request, bounds, rpc);
      for (const [name, value] of i === 0 ? bag.entries() : bag.decodeStrictly()) accumulated.set(name, value);
    } catch (error) {
      failures.push(`request could not be processed due to invalid attributes: ${messageOf(error)}`);
      continue;
    }
    yield accumulated;
  }
}
