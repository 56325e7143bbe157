export { parseAddress, type Address } from './address.js';
export { startHttpService, type HttpService } from './http-service.js';
export { createLog } from './log.js';
export { MeshClient, type CallOptions, type MeshAnswer } from './mesh-client.js';
export { propagatedHeaders } from './propagation.js';
export { createRouter, html, json, type Answer, type Handler, type Request, type Routes } from './router.js';
export { runService, terminationSignal, type ServiceContext } from './run-service.js';
export { readServiceConfig, type Callee, type ServiceConfig } from './service-config.js';
