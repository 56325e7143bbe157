import { status } from '@grpc/grpc-js';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { McpReporter } from './reporter.js';

const sizeBuckets = [262_144, 525_288, 1.049e6, 2.097e6, 4.194e6, 8.389e6, 1.258e7, 1.678e7].map((bytes) => 0.8 * bytes);

/** The metrics of Istio 1.4's pkg/mcp/monitoring, labelled by component. Several ends in one process share them. */
export function createMcpMetrics(registry: Registry, component: string): McpReporter {
  const counter = (name: string, help: string, labels: string[] = []): Counter =>
    (registry.getSingleMetric(name) as Counter | undefined) ?? new Counter({ name, help, labelNames: ['component', ...labels], registers: [registry] });
  const clients = (registry.getSingleMetric('istio_mcp_clients_total') as Gauge | undefined)
    ?? new Gauge({ name: 'istio_mcp_clients_total', help: 'The number of streams currently connected.', labelNames: ['component'], registers: [registry] });
  const sizes = (registry.getSingleMetric('istio_mcp_message_sizes_bytes') as Histogram | undefined)
    ?? new Histogram({ name: 'istio_mcp_message_sizes_bytes', help: 'Size of messages received from clients.', labelNames: ['component', 'collection'], buckets: sizeBuckets, registers: [registry] });
  const acks = counter('istio_mcp_request_acks_total', 'The number of request acks received by the source.', ['collection']);
  const nacks = counter('istio_mcp_request_nacks_total', 'The number of request nacks received by the source.', ['collection', 'code']);
  const sendFailures = counter('istio_mcp_send_failures_total', 'The number of send failures in the source.', ['code', 'error']);
  const recvFailures = counter('istio_mcp_recv_failures_total', 'The number of recv failures in the source.', ['code', 'error']);
  const reconnections = counter('istio_mcp_reconnections', 'The number of times the sink has reconnected.');
  clients.set({ component }, 0);
  return {
    clients: (count) => clients.set({ component }, count),
    messageSize: (collection, bytes) => sizes.observe({ component, collection }, bytes),
    ack: (collection) => acks.inc({ component, collection }),
    nack: (collection, code) => nacks.inc({ component, collection, code: codeName(code) }),
    sendFailure: (code, error) => sendFailures.inc({ component, code: codeName(code), error: bounded(error) }),
    recvFailure: (code, error) => recvFailures.inc({ component, code: codeName(code), error: bounded(error) }),
    reconnect: () => reconnections.inc({ component }),
  };
}

/** `InvalidArgument`, as Go prints a code. */
function codeName(code: number): string {
  const name = status[code];
  return name === undefined ? `Code(${code})` : name.toLowerCase().replace(/(^|_)([a-z])/g, (_, __, letter: string) => letter.toUpperCase());
}

/** Addresses and numbers in an error text would make endless label values. */
function bounded(error: string): string {
  return error.replace(/\d+(\.\d+)*(:\d+)?/g, '#').slice(0, 80);
}
