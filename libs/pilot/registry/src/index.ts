export { IndexedServiceSnapshot, serviceKey } from './indexed-snapshot.js';
export { podWorkload, type PodWorkload } from './pod.js';
export { compareSnapshots, type ServiceChange } from './service-change.js';
export { PODS, registryCollections, ServiceDirectory } from './service-directory.js';
export { SERVICE_ENTRIES, serviceEntryRecords, SYNTHETIC_SERVICE_ENTRIES } from './service-entry.js';
export type { ServiceRecord } from './service-record.js';
