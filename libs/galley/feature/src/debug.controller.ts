import { Controller, Get, Inject } from '@nestjs/common';
import { MessagePattern, Transport } from '@nestjs/microservices';
import { Galley } from './galley.js';

/** What Galley knows, as JSON on the monitoring port, and its commands on the control bus. */
@Controller()
export class DebugController {
  constructor(@Inject(Galley) private readonly galley: Galley) {}

  /** `[{file, line, kind, namespace, name, field, reason, severity}]` */
  @Get('debug/problems')
  problems(): object {
    return this.galley.problems;
  }

  /** Every instance on the control bus: status, whether it is alive, and whether it runs on the configuration that Galley published. */
  @Get('debug/components')
  components(): object {
    return this.galley.components.components();
  }

  /** Connected sinks and what each has acknowledged. */
  @Get('debug/mcp')
  sinks(): object {
    return this.galley.endpoint.sinks();
  }

  /** As Istio 1.4's `/configj/`: the collections with their versions and names. */
  @Get(['debug/snapshot', 'configj'])
  snapshot(): object {
    const collections = [...this.galley.snapshotter.collections.values()];
    return { Snapshots: collections.map(({ collection, version, resources }) => ({ Collection: collection, Version: version, Names: resources.map(({ metadata }) => metadata?.name), Synced: this.#synced(collection, version) })) };
  }

  #synced(collection: string, version: string): Record<string, boolean> {
    const sinks = this.galley.endpoint.sinks().filter(({ collections }) => collections[collection]);
    return Object.fromEntries(sinks.map(({ id, peer, collections }) => [`${id}@${peer}`, collections[collection]?.acked === version]));
  }

  /** Reads the folder anew. */
  @MessagePattern('resync', Transport.NATS)
  resync(): Promise<object> {
    return this.galley.resync();
  }

  @MessagePattern('problems', Transport.NATS)
  listProblems(): object {
    return this.galley.problems;
  }
}
