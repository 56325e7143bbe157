export const configBucket = 'quartet-config';
export const statusBucket = 'quartet-status';
export const eventStream = 'QUARTET_EVENTS';
export const eventSubjects = 'quartet.events.>';

/** Time to live of a status; a heartbeat comes every 3 s. */
export const statusTtlMs = 15_000;

/** A name as one token of a subject or key: whatever NATS gives a meaning (dots, blanks, wildcards) becomes `_`. */
export function token(name: string): string {
  const safe = name.replace(/[^\w=/-]/g, '_');
  return safe === '' ? '_' : safe;
}

export const statusKey = (component: string, instance: string): string => `${token(component)}.${token(instance)}`;

/** Key of a component's configuration; `*` (all components) has the key `component._all`, as NATS allows no star. */
export const componentConfigKey = (component: string): string => (component === '*' ? 'component._all' : `component.${token(component)}`);

export const eventSubject = (component: string, type: string): string => `quartet.events.${token(component)}.${token(type)}`;

/** With an instance: that one only. Without: every instance hears it, and the first answer counts. */
export function commandSubject(component: string, command: string, instance?: string): string {
  return instance === undefined ? `quartet.${token(component)}.${token(command)}` : `quartet.${token(component)}.${token(instance)}.${token(command)}`;
}
