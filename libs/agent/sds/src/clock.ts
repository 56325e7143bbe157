/** Time from outside, so that a test can turn it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls once after `ms`; returns what cancels it. */
  after(ms: number, run: () => void): () => void;
}

/** setTimeout's limit; longer waits are cut into pieces. */
const longest = 0x7fffffff;

export const systemClock: Clock = {
  now: Date.now,
  after(ms, run) {
    let timer: NodeJS.Timeout;
    const wait = (left: number) => {
      timer = setTimeout(() => (left > longest ? wait(left - longest) : run()), Math.min(left, longest));
      timer.unref();
    };
    wait(Math.max(ms, 0));
    return () => clearTimeout(timer);
  },
};
