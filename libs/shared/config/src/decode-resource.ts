import { status } from '@grpc/grpc-js';
import type { Resource } from '@quartet/api/istio/mcp/v1alpha1/resource';
import { McpError } from '@quartet/mcp';
import type { ConfigObject, Kind } from '@quartet/model';

/**
 * An MCP resource as an object of its kind. The name is `<namespace>/<name>`, split at the last slash; a name without one has no namespace.
 * @throws McpError UNKNOWN for a body that isn't the kind's message: the whole push is refused with it.
 */
export function decodeResource(kind: Kind, { metadata, body }: Resource): ConfigObject {
  const full = metadata?.name ?? '';
  if (!metadata || full === '') throw new McpError(status.UNKNOWN, `${kind.collection}: a resource has no name`);
  if (body?.typeUrl !== kind.typeUrl) throw new McpError(status.UNKNOWN, `${kind.kind} ${full}: body is "${body?.typeUrl ?? ''}", expected "${kind.typeUrl}"`);
  const slash = full.lastIndexOf('/');
  return Object.freeze({
    collection: kind.collection,
    kind: kind.kind,
    spec: decodeBody(kind, full, body.value),
    metadata: Object.freeze({
      name: full.slice(slash + 1),
      namespace: slash < 0 ? '' : full.slice(0, slash),
      labels: Object.freeze(metadata.labels),
      annotations: Object.freeze(metadata.annotations),
      creationTimestamp: metadata.createTime ? metadata.createTime.seconds * 1000 + Math.floor(metadata.createTime.nanos / 1e6) : 0,
      resourceVersion: metadata.version,
    }),
  });
}

function decodeBody(kind: Kind, name: string, bytes: Uint8Array): unknown {
  try {
    return kind.decode(bytes);
  } catch (error) {
    throw new McpError(status.UNKNOWN, `${kind.kind} ${name}: body: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Whether two resources say the same. Versions alone don't tell: Istio's file source counts anew after a restart, and the mesh has none. */
export function sameResource(a: Resource, b: Resource): boolean {
  return (
    a.metadata?.version === b.metadata?.version &&
    a.body?.typeUrl === b.body?.typeUrl &&
    Buffer.compare(a.body?.value ?? empty, b.body?.value ?? empty) === 0 &&
    sameTexts(a.metadata?.labels, b.metadata?.labels) &&
    sameTexts(a.metadata?.annotations, b.metadata?.annotations)
  );
}

const empty = new Uint8Array();

function sameTexts(a: Record<string, string> = {}, b: Record<string, string> = {}): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}
