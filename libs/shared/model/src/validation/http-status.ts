const ranges: readonly (readonly [number, number])[] = [
  [100, 103], [200, 208], [226, 226], [300, 305], [307, 308], [400, 418], [421, 426], [428, 429], [431, 431], [451, 451], [500, 508], [510, 511],
];

/** True for the decimal form of a status that has a registered name. */
export function isKnownHttpStatus(text: string): boolean {
  if (!/^\d{3}$/.test(text)) return false;
  const code = Number(text);
  return ranges.some(([low, high]) => code >= low && code <= high);
}
