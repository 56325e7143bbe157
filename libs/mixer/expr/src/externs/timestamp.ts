import { EvalError } from '../errors.js';
import { Timestamp } from '../timestamp.js';

/** @throws EvalError if `text` is not RFC 3339 */
export function timestamp(text: string): Timestamp {
  const parsed = Timestamp.parse(text);
  if (!parsed) throw new EvalError(`could not convert '${text}' to TIMESTAMP. expected format: '2006-01-02T15:04:05Z07:00'`);
  return parsed;
}
