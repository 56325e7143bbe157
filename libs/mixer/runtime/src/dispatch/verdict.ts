import type { CheckResult, DirectHttpResponse } from '@quartet/mixer-adapter-sdk';

/** How long and how often a verdict may be repeated if no adapter has an opinion. */
export const defaultValidDurationMs = 60_000;
export const defaultValidUseCount = 10_000;

/** The verdicts of a request's adapters, combined as they arrive. */
export class Verdict {
  code = 0;
  directResponse: DirectHttpResponse | undefined;
  #message = '';
  #validDurationMs = defaultValidDurationMs;
  #validUseCount = defaultValidUseCount;
  #opinions = 0;

  get message(): string {
    return this.#message;
  }

  get validDurationMs(): number {
    return this.#validDurationMs;
  }

  get validUseCount(): number {
    return this.#validUseCount;
  }

  /** The first opinion is taken whole, later ones only shorten it; the first denial sets the code, messages join. */
  add(handlerName: string, result: CheckResult): void {
    if (isNoOpinion(result)) return;
    const first = this.#opinions++ === 0;
    this.#validDurationMs = first ? result.validDurationMs : Math.min(this.#validDurationMs, result.validDurationMs);
    this.#validUseCount = first ? result.validUseCount : Math.min(this.#validUseCount, result.validUseCount);
    if (result.status.code !== 0) this.#deny(handlerName, result);
  }

  #deny(handlerName: string, { status, directResponse }: CheckResult): void {
    const message = `${handlerName}:${status.message}`;
    if (this.code === 0) {
      this.code = status.code;
      this.directResponse = directResponse;
      this.#message = message;
    } else this.#message += `, ${message}`;
  }
}

function isNoOpinion({ status, validDurationMs, validUseCount, directResponse }: CheckResult): boolean {
  return status.code === 0 && validDurationMs === 0 && validUseCount === 0 && directResponse === undefined;
}
