import type { ServiceEntry } from '@quartet/api/istio/networking/v1alpha3/service_entry';
import type { ConfigObject, ConfigSnapshot } from '@quartet/model';
import { IndexedServiceSnapshot } from './indexed-snapshot.js';
import { podWorkload, type PodWorkload } from './pod.js';
import { compareSnapshots, type ServiceChange } from './service-change.js';
import { SERVICE_ENTRIES, serviceEntryRecords, SYNTHETIC_SERVICE_ENTRIES } from './service-entry.js';
import type { ServiceRecord } from './service-record.js';

export const PODS = 'k8s/core/v1/pods';

/** Collections from which services and endpoints come. */
export const registryCollections: ReadonlySet<string> = new Set([SERVICE_ENTRIES, SYNTHETIC_SERVICE_ENTRIES, PODS]);

type PodObject = Parameters<typeof podWorkload>[0];

interface ConvertedEntry {
  readonly records: readonly ServiceRecord[];
  /** The Pods that were asked for and what was found: the conversion holds while they are the same. */
  readonly pods: ReadonlyMap<string, PodWorkload | undefined>;
}

/**
 * The aggregate of all service registries: configuration in, an immutable snapshot of services and endpoints out. Objects that did not
 * change are not converted again.
 */
export class ServiceDirectory {
  private snapshot = IndexedServiceSnapshot.empty;
  private generation = 0;
  private trustDomain = '';
  private convertedPods = new WeakMap<object, { readonly workload: PodWorkload | undefined }>();
  private readonly convertedEntries = new WeakMap<object, ConvertedEntry>();

  get current(): IndexedServiceSnapshot {
    return this.snapshot;
  }

  /** Reads the configuration, swaps `current` if its content changed, and says how. */
  update(config: ConfigSnapshot, trustDomain: string): ServiceChange {
    if (trustDomain !== this.trustDomain) {
      this.trustDomain = trustDomain;
      this.convertedPods = new WeakMap();
    }
    const pods = this.readPods(config);
    const entries = [SERVICE_ENTRIES, SYNTHETIC_SERVICE_ENTRIES].flatMap((collection) => config.list<ServiceEntry>(collection));
    const records = entries.flatMap((entry) => this.convert(entry, pods));
    const next = new IndexedServiceSnapshot(`${this.generation + 1}`, records, pods);
    const change = compareSnapshots(this.snapshot, next);
    this.snapshot = next;
    this.generation++;
    return change;
  }

  private readPods(config: ConfigSnapshot): ReadonlyMap<string, PodWorkload> {
    const pods = new Map<string, PodWorkload>();
    for (const object of config.list<PodObject['spec']>(PODS)) {
      let converted = this.convertedPods.get(object);
      if (!converted) this.convertedPods.set(object, (converted = { workload: podWorkload(object, this.trustDomain) }));
      if (converted.workload && !pods.has(converted.workload.ip)) pods.set(converted.workload.ip, converted.workload);
    }
    return pods;
  }

  private convert(entry: ConfigObject<ServiceEntry>, pods: ReadonlyMap<string, PodWorkload>): readonly ServiceRecord[] {
    const known = this.convertedEntries.get(entry);
    if (known && [...known.pods].every(([ip, pod]) => pods.get(ip) === pod)) return known.records;
    const asked = new Map<string, PodWorkload | undefined>();
    const records = serviceEntryRecords(entry, (ip) => {
      const pod = pods.get(ip);
      asked.set(ip, pod);
      return pod;
    });
    this.convertedEntries.set(entry, { records, pods: asked });
    return records;
  }
}
