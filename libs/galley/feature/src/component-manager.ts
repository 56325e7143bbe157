import { mergeComponentConfig, type ControlBus, type ObservedStatus } from '@quartet/control-bus';
import { componentConfigs, type PublishedComponentConfig } from '@quartet/galley-processing';
import { componentConfigKind, meshConfigKind, type ConfigSnapshot } from '@quartet/model';
import type { DocumentProblem } from '@quartet/config';

/** A component instance as /debug/components shows it. */
export interface ComponentState extends ObservedStatus {
  /** Version of the configuration that Galley has published for it. */
  readonly wantedConfigVersion: string;
  readonly configInSync: boolean;
}

/** Galley as the manager of the other components: their configuration and the mesh's go onto the control bus, their statuses come from it. */
export class ComponentManager {
  #configs: ReadonlyMap<string, PublishedComponentConfig> = new Map();
  #problems: readonly DocumentProblem[] = [];

  constructor(private readonly bus: ControlBus) {}

  start(): void {
    this.bus.watchStatus();
  }

  /** What is wrong with ComponentConfig objects. */
  get problems(): readonly DocumentProblem[] {
    return this.#problems;
  }

  publish(snapshot: ConfigSnapshot): void {
    const { configs, problems } = componentConfigs(snapshot.list(componentConfigKind.collection));
    this.#configs = configs;
    this.#problems = problems.map(({ object, problem }) => ({
      file: object.origin?.file ?? '', line: object.origin?.line ?? 1, kind: object.kind, namespace: '', name: object.metadata.name, field: problem.path, reason: problem.message, severity: problem.severity,
    }));
    this.bus.replaceComponentConfigs(configs);
    const [mesh] = snapshot.list(meshConfigKind.collection);
    if (mesh) this.bus.putConfig('mesh', { version: mesh.metadata.resourceVersion, settings: meshConfigKind.toJson(mesh.spec as never) });
  }

  components(): ComponentState[] {
    return this.bus.observedStatus().map((status) => {
      const wanted = mergeComponentConfig(this.#configs.get('*'), this.#configs.get(status.component)).version;
      return { ...status, wantedConfigVersion: wanted, configInSync: status.configVersion === wanted };
    });
  }
}
