const envoyName = /^(# TYPE )?envoy_[a-z0-9]+_istio_/;

/**
 * Envoy's Prometheus text with the metrics that its stats access logger keeps under Istio's names: it shows them as
 * `envoy_<scope>_istio_*`. A label without a value, which Envoy has for what it does not know, is `unknown`, as Istio says it.
 */
export function istioNames(text: string): string {
  if (!text.includes('_istio_')) return text;
  return text.split('\n').map((line) => (envoyName.test(line) ? line.replace(envoyName, '$1istio_').replaceAll('=""', '="unknown"') : line)).join('\n');
}
