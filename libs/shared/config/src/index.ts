export { ConfigStore } from './config-store.js';
export { decodeResource } from './decode-resource.js';
export { formatDocumentProblem, type DocumentProblem } from './document-problem.js';
export { createFileConfigSource, type ConfigLog, type FileConfigOptions, type FileConfigSource } from './file-config-source.js';
export type { BadDocuments } from './folder-parser.js';
export { createMcpConfigSource, type McpConfigOptions, type McpConfigSource } from './mcp-config-source.js';
export { CollectionSlice, Snapshot } from './snapshot.js';
