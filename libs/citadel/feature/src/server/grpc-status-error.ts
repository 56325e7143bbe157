/** An error that says its gRPC status: the one form in which failures leave this library. */
export class GrpcStatusError extends Error {
  constructor(
    readonly code: number,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'GrpcStatusError';
  }
}
