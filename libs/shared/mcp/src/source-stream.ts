import { status } from '@grpc/grpc-js';
import type { RequestResources } from '@quartet/api/istio/mcp/v1alpha1/mcp';
import { McpError, statusOf } from './mcp-error.js';
import type { MessageStream } from './message-stream.js';
import type { RateLimiter } from './rate-limiter.js';
import type { McpLog, McpReporter } from './reporter.js';
import { SourceSession, type SourceCollections } from './source-session.js';
import type { SnapshotCache } from './snapshot-cache.js';

export interface SourceParts {
  readonly cache: SnapshotCache;
  readonly collections: SourceCollections;
  readonly report: McpReporter;
  readonly log: McpLog;
  /** A new one for each stream; every request waits on it once. */
  readonly requestLimiter: () => RateLimiter;
}

/** An open stream, whoever dialled. `end` gives the peer the status, as far as its role can. */
export interface SourceTransport {
  readonly stream: MessageStream;
  readonly peer: string;
  end(error?: McpError): void;
}

export interface SourceStream {
  readonly session: SourceSession;
  readonly peer: string;
  end(error?: McpError): void;
}

/** Runs a source's half of a stream until it ends. One request at a time, the next is read when the last is done. */
export function runSourceStream(parts: SourceParts, { stream, peer, end }: SourceTransport, onEnd: () => void): SourceStream {
  const abort = new AbortController();
  const limiter = parts.requestLimiter();
  const finish = (error?: McpError): void => {
    if (abort.signal.aborted) return;
    abort.abort();
    session.close();
    if (error) parts.log.warn(`stream of ${peer} ended: ${error.message}`);
    end(error);
    onEnd();
  };
  const session = new SourceSession(parts.cache, parts.collections, { write: (message) => stream.write(message), end: finish }, parts.report);
  const handle = async (request: RequestResources): Promise<void> => {
    try {
      await limiter.wait(abort.signal);
      if (!abort.signal.aborted) session.onRequest(request);
    } catch (error) {
      const { code, message } = statusOf(error, status.UNKNOWN);
      finish(new McpError(code, message));
    }
  };
  stream.on('data', (request: RequestResources) => {
    stream.pause();
    void handle(request).then(() => stream.resume());
  });
  stream.on('drain', () => session.resume());
  stream.on('end', () => finish());
  stream.on('cancelled', () => finish());
  stream.on('error', (error: Error) => {
    const { code, message } = statusOf(error, status.UNKNOWN);
    if (!abort.signal.aborted && code !== status.CANCELLED) parts.report.recvFailure(code, message);
    finish(new McpError(code, message));
  });
  return { session, peer, end: finish };
}
