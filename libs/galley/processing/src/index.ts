export { DEFAULT_GROUP, groupOf, isServed, servedKinds, SYNTHETIC_GROUP } from './collections.js';
export { componentConfigs, validateComponentConfig, type ComponentConfigs, type PublishedComponentConfig } from './component-configs.js';
export { projectCollection, resourceName, toResource, type ProjectedCollection } from './project.js';
export { syntheticInputs, syntheticServiceEntries, type SyntheticOptions } from './synthetic-service-entries.js';
