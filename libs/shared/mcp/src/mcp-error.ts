import { status } from '@grpc/grpc-js';

/** A fault with the gRPC status that the peer is given: as a NACK's code by a sink, as the end of the stream by a source. */
export class McpError extends Error {
  override readonly name = 'McpError';

  constructor(
    readonly code: status,
    message: string,
  ) {
    super(message);
  }
}

/** The code and text of any thrown value; what says nothing of itself counts as `fallback`. */
export function statusOf(error: unknown, fallback: status): { code: status; message: string } {
  if (error instanceof McpError) return { code: error.code, message: error.message };
  if (error instanceof Error) {
    const code = (error as { code?: unknown }).code;
    const details = (error as { details?: unknown }).details;
    return { code: typeof code === 'number' ? code : fallback, message: typeof details === 'string' && details !== '' ? details : error.message };
  }
  return { code: fallback, message: String(error) };
}
