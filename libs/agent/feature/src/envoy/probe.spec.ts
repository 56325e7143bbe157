import { describe, expect, it } from 'vitest';
import { EnvoyProbe } from './probe.js';

function make() {
  const answers = { stats: '', state: 'LIVE', failure: undefined as Error | undefined };
  const admin = {
    get: (path: string) => (answers.failure ? Promise.reject(answers.failure) : Promise.resolve(path.startsWith('/stats') ? answers.stats : JSON.stringify({ state: answers.state }))),
  };
  const changes: unknown[] = [];
  const probe = new EnvoyProbe(admin, (state) => changes.push(state));
  return { answers, probe, changes };
}
const both = 'cluster_manager.cds.update_success: 1\nlistener_manager.lds.update_rejected: 2\ncluster_manager.cds.version_text: "v7"\nlistener_manager.lds.version_text: "v8"\n';

describe('readiness of Envoy', () => {
  it('waits for both kinds of configuration, accepted or refused', async () => {
    const { answers, probe } = make();
    expect((await probe.check()).ready).toBe('config not received from Pilot: CDS no, LDS no');
    answers.stats = 'cluster_manager.cds.update_success: 3\nlistener_manager.lds.update_success: 0\n';
    expect((await probe.check()).ready).toBe('config not received from Pilot: CDS yes, LDS no');
    answers.stats = both;
    expect(await probe.check()).toEqual({ ready: true, cds: 'v7', lds: 'v8' });
  });

  it('remembers the configuration but not that Envoy is live', async () => {
    const { answers, probe, changes } = make();
    answers.stats = both;
    await probe.check();
    answers.stats = '';
    expect((await probe.check()).ready).toBe(true);
    answers.state = 'DRAINING';
    expect((await probe.check()).ready).toBe('Envoy is DRAINING');
    answers.failure = new Error('refused');
    expect((await probe.check()).ready).toBe("Envoy's admin server: refused");
    expect(changes.length).toBe(4);
  });

  it('forgets all when Envoy ends', async () => {
    const { answers, probe } = make();
    answers.stats = both;
    await probe.check();
    probe.lost('Envoy ended by SIGSEGV');
    expect(probe.current).toEqual({ ready: 'Envoy ended by SIGSEGV', cds: '', lds: '' });
    answers.stats = '';
    expect((await probe.check()).ready).toContain('config not received');
  });
});
