/** The second door: parts for benches and conformance tables, without a promise of stability. */
export { AccessLogServer } from './access-log/access-log-server.js';
export { encodeForwarded, ForwardedAttributes } from './attributes/forwarded.js';
export { nodeAttributes } from './attributes/node.js';
export { GlobalDictionary } from './attributes/word-dictionary.js';
export { Checker } from './check/checker.js';
export { AuthzRequest } from './ext-authz/authz-request.js';
export { AuthorizationServer } from './ext-authz/authorization-server.js';
export { HttpCheckAttributes } from './ext-authz/http-attributes.js';
export { tcpCheckAttributes } from './ext-authz/tcp-attributes.js';
export { ReportBatch } from './report/report-batch.js';
export { MixerStatistics } from './statistics.js';
