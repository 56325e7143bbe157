export { applyConfig, deleteConfig } from './config-folder.js';
export { endMesh } from './end-mesh.js';
export { Layout, type MeshOptions } from './layout.js';
export { LocalMesh, type Progress } from './local-mesh.js';
export { findRunningMesh, type MeshState, readMeshState } from './mesh-state.js';
export { GATEWAY_POD, type Pod, PODS } from './pods.js';
export type { ProcessSpec } from './process-spec.js';
export { askSupervisor } from './supervisor-socket.js';
export { type ProcessState, type ProcessStatus, Supervisor } from './supervisor.js';
