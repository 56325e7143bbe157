/** What a Check or Report RPC fails with; the gRPC edge turns it into a status. `code`: google.rpc.Code. */
export class RpcError extends Error {
  override readonly name = 'RpcError';
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

/** Several failures in one text, as Mixer's clients know it. */
export class AggregateFailure extends Error {
  override readonly name = 'AggregateFailure';
  constructor(readonly failures: readonly string[]) {
    super(`${failures.length === 1 ? '1 error' : `${failures.length} errors`} occurred:\n\t* ${failures.join('\n\t* ')}\n\n`);
  }
}

/** @throws AggregateFailure if there is a failure */
export function throwIfFailed(failures: readonly string[]): void {
  if (failures.length > 0) throw new AggregateFailure(failures);
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
