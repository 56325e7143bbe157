export type { ConfigObject, ObjectMeta, Origin } from './config-object.js';
export type { ConfigSnapshot, ConfigSource } from './config-source.js';
