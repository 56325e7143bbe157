/** Milliseconds as Go prints a duration of whole seconds: `2h0m0s`, `1m30s`, `5s`; the words of Istio's messages. */
export function formatGoDuration(ms: number): string {
  const total = Math.trunc(ms / 1000);
  const [hours, minutes, seconds] = [Math.trunc(total / 3600), Math.trunc((total % 3600) / 60), total % 60];
  if (hours > 0) return `${hours}h${minutes}m${seconds}s`;
  return minutes > 0 ? `${minutes}m${seconds}s` : `${seconds}s`;
}
