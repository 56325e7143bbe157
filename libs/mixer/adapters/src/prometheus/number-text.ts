/** A number as the exposition of client_golang writes it: Go's shortest `%g`, so 1e+06 and 1.5e-05, but 100000 and 0.0001. */
export function numberText(value: number): string {
  const size = Math.abs(value);
  if (size < 1e6 && (size >= 1e-4 || value === 0)) return String(value);
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  const [mantissa, exponent] = value.toExponential().split('e');
  const power = Number(exponent);
  return `${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}
