import { ValueType, type AttributeSource } from '@quartet/mixer-expr';

/** The namespace whose rules a request goes through beside those of the default namespace; '' = no other. */
export function identityNamespace(bag: AttributeSource): string {
  const kind = textOf(bag, 'context.reporter.kind') ?? 'inbound';
  if (kind === 'inbound') return textOf(bag, 'destination.namespace') ?? '';
  return kind === 'outbound' ? (textOf(bag, 'source.namespace') ?? '') : '';
}

function textOf(bag: AttributeSource, name: string): string | undefined {
  const value = bag.get(name, ValueType.STRING);
  return typeof value === 'string' ? value : undefined;
}
