import { and, constant, never, not, or, type Formula } from '../formula/formula.js';
import { matchesText, type TextMatch } from '../formula/text-match.js';

/** When an expression is true, and when it is false; in neither case its evaluation fails. */
export interface Truth {
  readonly yes: Formula;
  readonly no: Formula;
}

export const truth = (yes: Formula): Truth => ({ yes, no: not(yes) });

/** A text that a request may have. */
export interface TextSource {
  readonly present: Formula;
  /** Of a present text. */
  readonly test: (match: TextMatch) => Truth;
}

/** The first source that is present gives the text. */
export type Text = readonly TextSource[];

export const constantText = (text: string): TextSource => ({ present: constant(true), test: (match) => truth(constant(matchesText(match, text))) });

export const absentText: TextSource = { present: never, test: () => truth(never) };

/** When a text passes a test and when it does not; where it is absent it does neither. */
export function testText(text: Text, match: TextMatch): Truth {
  let before: Formula = constant(true);
  const yes: Formula[] = [];
  const no: Formula[] = [];
  for (const { present, test } of text) {
    const result = test(match);
    yes.push(and(before, present, result.yes));
    no.push(and(before, present, result.no));
    before = and(before, not(present));
  }
  return { yes: or(...yes), no: or(...no) };
}

export function presenceOf(text: Text): Formula {
  return or(...text.map(({ present }) => present));
}
