import type { Destination } from '@quartet/api/istio/networking/v1alpha3/virtual_service';
import { port, wildcardDomain } from './primitives.js';
import type { Report } from './report.js';
import { subsetName } from './shared.js';

/** One destination may leave its weight out; several must add up to 100. */
export function validateWeights(report: Report, weights: readonly number[]): void {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  if (weights.length > 1 && sum !== 100) report.at('route').error(`the weights of all destinations must add up to 100, not ${sum}`);
}

export function validateDestination(report: Report, destination: Destination | undefined): void {
  if (destination === undefined) return report.error('is required');
  const name = destination.host;
  report.at('host').fault(name === '*' ? 'the wildcard host * is not a destination' : wildcardDomain(name));
  if (destination.subset !== '') report.at('subset').fault(subsetName(destination.subset));
  if (destination.port !== undefined && destination.port.number !== 0) report.at('port', 'number').fault(port(destination.port.number));
}
