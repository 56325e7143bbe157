/** How calls to Mixer are made when it can't be reached. */
export interface FailPolicyView {
  readonly policy: 'FAIL_OPEN' | 'FAIL_CLOSE';
  readonly maxRetry: number;
  readonly baseRetryWaitMs: number;
  readonly maxRetryWaitMs: number;
}

/** Mixer's part in an HTTP listener. */
export interface MixerHttpView {
  readonly check: boolean;
  readonly report: boolean;
  readonly failPolicy: FailPolicyView;
  /** Listener's static attributes: strings; `destination.ip` as text, `destination.port` decimal. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Attributes sent on to the next proxy, besides those of the route. Empty = nothing is sent. */
  readonly forward: Readonly<Record<string, string>>;
  readonly ignoreForwarded: boolean;
}

/** Mixer's part in a TCP chain; destination.service.* stands among the attributes. */
export interface MixerTcpView {
  readonly check: boolean;
  readonly report: boolean;
  readonly failPolicy: FailPolicyView;
  readonly attributes: Readonly<Record<string, string>>;
}
