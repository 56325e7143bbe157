/** The expression is not one: syntax, unknown names, types. The message is Mixer 1.4's own text. */
export class ExprError extends Error {
  override readonly name = 'ExprError';
}

/**
 * The expression failed on this bag. The message is Mixer 1.4's own text. `attribute` is set for
 * `lookup failed: 'X'`: the attribute (or map) that was needed and absent.
 * Instances for absent attributes are made once per compiled expression and thrown again, so that a rule whose match
 * misses an attribute costs no stack trace: do not decorate them.
 */
export class EvalError extends Error {
  override readonly name = 'EvalError';
  constructor(
    message: string,
    readonly attribute?: string,
  ) {
    super(message);
  }
}
