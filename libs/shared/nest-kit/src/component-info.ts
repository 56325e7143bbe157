/** Who this process is. */
export class ComponentInfo {
  constructor(
    /** pilot, mixer, citadel, galley, pilot-agent, ... */
    readonly name: string,
    /** Unique among the instances of the component. */
    readonly instance: string,
    readonly version: string,
    readonly startedAt: Date,
  ) {}
}
