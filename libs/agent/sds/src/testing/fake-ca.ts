import { createSelfSignedCa, generateKey, issueCertificate, parseCsr } from '@quartet/pki';
import type { Signer } from '@quartet/pki';
import type { CaClient, CertificateSigningRequest } from '../ca-client.js';
import type { Clock } from '../clock.js';

/** A clock that stands until it is turned. */
export class FakeClock implements Clock {
  private readonly timers = new Set<{ at: number; run: () => void }>();
  constructor(private time: number) {}

  now = () => this.time;

  after(ms: number, run: () => void): () => void {
    const timer = { at: this.time + ms, run };
    this.timers.add(timer);
    return () => void this.timers.delete(timer);
  }

  /** Milliseconds until the next timer; undefined if there is none. */
  get next(): number | undefined {
    const [first] = [...this.timers].sort((a, b) => a.at - b.at);
    return first && first.at - this.time;
  }

  advance(ms: number): void {
    this.time += ms;
    for (const timer of [...this.timers].sort((a, b) => a.at - b.at)) {
      if (timer.at > this.time || !this.timers.delete(timer)) continue;
      timer.run();
    }
  }
}

/** A CA in memory that can be told to fail; `requests` counts what it was asked. */
export class FakeCa implements CaClient {
  readonly requests: CertificateSigningRequest[] = [];
  failure: Error | undefined;

  private constructor(
    private signer: Signer,
    private readonly clock: Clock,
  ) {}

  static async make(clock: Clock): Promise<FakeCa> {
    return new FakeCa(await newSigner(clock), clock);
  }

  async changeRoot(): Promise<void> {
    this.signer = await newSigner(this.clock);
  }

  get rootPem(): string {
    return this.signer.certificatePem;
  }

  async sign(request: CertificateSigningRequest): Promise<string[]> {
    this.requests.push(request);
    if (this.failure) throw this.failure;
    const issuance = { notBefore: this.clock.now(), ttlMs: request.ttlMs, serial: Uint8Array.of(this.requests.length) };
    const { publicKey } = parseCsr(request.csrPem);
    return [await issueCertificate({ signer: this.signer, publicKey, identities: ['spiffe://td/ns/a/sa/b'], ...issuance }), this.signer.certificatePem];
  }
}

async function newSigner(clock: Clock): Promise<Signer> {
  const key = await generateKey({ family: 'ecdsa' });
  return { key, certificatePem: await createSelfSignedCa({ key, organization: 'td', notBefore: clock.now(), ttlMs: 1e10, serial: Uint8Array.of(7) }) };
}
