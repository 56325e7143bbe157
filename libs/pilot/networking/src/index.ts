export { compileEndpoints, compileProxy, compileRouteTable, knownClusters, type CompiledProxy } from './compile.js';
export { diagnosticCodes, Diagnostics, type Diagnostic, type DiagnosticCode } from './diagnostics.js';
export { defaultFeatures, type Environment, type Features } from './environment.js';
export { mutualTlsMode, type MutualTlsMode } from './push/authentication-index.js';
export { buildPushContext, type PushContext } from './push/push-context.js';
export { namespaceDependencies } from './push/sidecar-scope.js';
export { buildProxyView } from './view/build-proxy-view.js';
export type { ProxyView } from './view/proxy-view.js';
