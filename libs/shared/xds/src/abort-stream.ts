import type { DiscoveryStream } from './connection.js';

interface WithHttp2Stream {
  readonly call?: { readonly stream?: { destroy(): void } };
}

/**
 * Ends a stream whose client does not read. A gRPC status is no use then: trailers go behind the data that is stuck, so the HTTP/2 stream
 * is reset. grpc-js has no public way to do that.
 */
export function abortStream(stream: DiscoveryStream): void {
  const http2 = (stream as unknown as WithHttp2Stream).call?.stream;
  if (http2) http2.destroy();
  else stream.end();
}
