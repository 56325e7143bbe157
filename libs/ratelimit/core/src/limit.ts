/** At most `requests` in each window of `windowMs`. */
export interface Limit {
  /** Of the configuration: `domain.key_value.key` unless it names itself. Labels metrics. */
  readonly name: string;
  readonly requests: number;
  readonly windowMs: number;
  /** Counted and reported, never enforced. */
  readonly shadow: boolean;
}

/** A descriptor that a limit applies to. */
export interface LimitedDescriptor {
  readonly limit: Limit;
  /** What is counted: the domain and the descriptor's entries. Free of blanks and control characters. */
  readonly key: string;
}

export interface Entry {
  readonly key: string;
  readonly value: string;
}
