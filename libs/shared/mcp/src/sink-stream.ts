import { status } from '@grpc/grpc-js';
import type { Resources } from '@quartet/api/istio/mcp/v1alpha1/mcp';
import { McpError, statusOf } from './mcp-error.js';
import type { MessageStream } from './message-stream.js';
import type { McpReporter } from './reporter.js';
import type { SinkSession } from './sink-session.js';

/** Runs a sink's half of a stream until it ends; resolves with why, undefined for an orderly end. Strictly receive, apply, reply. */
export function runSinkStream(session: SinkSession, stream: MessageStream, report: McpReporter): Promise<McpError | undefined> {
  return new Promise((resolve) => {
    for (const request of session.initialRequests()) stream.write(request);
    stream.on('data', (push: Resources) => {
      stream.pause();
      void session.onResources(push).then((reply) => {
        if (!stream.writableEnded && !stream.destroyed) stream.write(reply);
        stream.resume();
      });
    });
    stream.on('end', () => resolve(undefined));
    stream.on('cancelled', () => resolve(undefined));
    stream.on('error', (error: Error) => {
      const { code, message } = statusOf(error, status.UNKNOWN);
      if (code !== status.CANCELLED) report.recvFailure(code, message);
      resolve(new McpError(code, message));
    });
  });
}
