export { migrate, type MigratedFile, type Migration } from './migrate.js';
export type { NotCarried } from './not-carried.js';
