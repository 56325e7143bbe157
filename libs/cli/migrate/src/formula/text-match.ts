import { RE2JS } from 're2js';

/** A test of a text. `regex` is RE2 and matches the whole text, as Envoy's safe_regex does. */
export type TextMatch =
  | { readonly kind: 'exact' | 'exact-ignoring-case' | 'prefix' | 'suffix' | 'regex'; readonly text: string };

export const exact = (text: string): TextMatch => ({ kind: 'exact', text });

/** @throws if a regular expression does not compile */
export function matchesText(match: TextMatch, value: string): boolean {
  switch (match.kind) {
    case 'exact':
      return value === match.text;
    case 'exact-ignoring-case':
      return value.toUpperCase() === match.text.toUpperCase();
    case 'prefix':
      return value.startsWith(match.text);
    case 'suffix':
      return value.endsWith(match.text);
    case 'regex':
      return RE2JS.compile(match.text).matcher(value).matches();
  }
}

/** True: every text passes, as it does an empty prefix. Envoy refuses such matchers. */
export function isVacuous({ kind, text }: TextMatch): boolean {
  return (kind === 'prefix' || kind === 'suffix') && text === '';
}

/** A regular expression found anywhere in a text, as one that matches the whole text. */
export function unanchored(regex: string): TextMatch {
  return { kind: 'regex', text: `(?s:.*)(?:${regex})(?s:.*)` };
}

export function quoteRegex(text: string): string {
  return text.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&');
}
