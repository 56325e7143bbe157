/** What the protocol needs of a gRPC stream of objects, whichever side it is of. */
export interface MessageStream {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as Node's own emitters have it
  on(event: string, listener: (...values: any[]) => void): unknown;
  pause(): unknown;
  resume(): unknown;
  write(message: unknown): boolean;
  readonly writableEnded: boolean;
  readonly destroyed: boolean;
}
