import type { AttributeBag } from '../attributes/value.js';
import { checkMetadata } from '../ext-authz/authz-response.js';
import type { MetadataView } from '../wire/struct-view.js';

/** What the check of a logged request came to; undefined if none ran. */
export interface CheckOutcome {
  readonly checkHit: boolean;
  readonly quotaHit: boolean;
  /** 0 if the check passed. */
  readonly errorCode: number;
  readonly errorMessage: string;
}

export function checkOutcomeOf(metadata: MetadataView, namespace: string): CheckOutcome | undefined {
  const fields = metadata.fields(namespace);
  if (!fields || !(checkMetadata.checkHit in fields)) return undefined;
  const code = fields[checkMetadata.errorCode];
  const message = fields[checkMetadata.errorMessage];
  return {
    checkHit: fields[checkMetadata.checkHit] === true,
    quotaHit: fields[checkMetadata.quotaHit] === true,
    errorCode: typeof code === 'number' ? code : 0,
    errorMessage: typeof message === 'string' ? message : '',
  };
}

export function setCacheHits(bag: AttributeBag, outcome: CheckOutcome): void {
  bag.set('check.cache_hit', outcome.checkHit).set('quota.cache_hit', outcome.quotaHit);
}

export function setCheckError(bag: AttributeBag, outcome: CheckOutcome): void {
  if (outcome.errorCode !== 0) bag.set('check.error_code', outcome.errorCode).set('check.error_message', outcome.errorMessage);
}
