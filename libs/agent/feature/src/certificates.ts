import { readFile } from 'node:fs/promises';
import { trustBundle } from '@quartet/pki';
import { CitadelClient, newStatistics, SdsServer, SecretManager, systemClock } from '@quartet/agent-sds';
import type { Logger } from '@quartet/nest-kit';
import type { AgentOptions } from './options.js';

export interface CertificateParts {
  readonly options: AgentOptions;
  /** SPIFFE id asked for. */
  readonly identity: string;
  readonly logger: (scope: string) => Logger;
}

const rootCheckMs = 10_000;

/** Certificates of the workload: from Citadel, to Envoy. Absent without `--ca-address`. */
export class Certificates {
  readonly statistics = newStatistics();
  readonly manager: SecretManager;
  readonly server: SdsServer;
  private timer: NodeJS.Timeout | undefined;
  private seenRoot: string | undefined;

  constructor(address: string, private readonly parts: CertificateParts) {
    const { options, identity, logger } = parts;
    const { statistics } = this;
    const ca = new CitadelClient({ address, serverName: options.caServerName, readRoot: () => readFile(options.rootCert, 'utf8'), readToken: () => readToken(options.tokenFile) });
    this.manager = new SecretManager({
      ca, identity, statistics,
      ttlMs: options.secretTtl,
      keyFamily: options.keyType,
      pkcs8: options.pkcs8Key,
      rotation: { graceRatio: options.secretGraceRatio, minGraceMs: 0 },
      clock: systemClock,
      random: Math.random,
      log: logger('secretmanager'),
    });
    this.server = new SdsServer({ secrets: this.manager, statistics, log: logger('sds'), now: Date.now });
  }

  start(): void {
    this.manager.start();
    this.timer = setInterval(() => void this.checkRoot(), rootCheckMs).unref();
  }

  stop(): void {
    clearInterval(this.timer);
    this.manager.stop();
    this.server.close();
  }

  /** A new root in the file means that the CA changed: our certificate may no longer be accepted by others. */
  private async checkRoot(): Promise<void> {
    let version: string;
    try {
      version = trustBundle(await readFile(this.parts.options.rootCert, 'utf8')).version;
    } catch {
      return;
    }
    const changed = this.seenRoot !== undefined && this.seenRoot !== version;
    this.seenRoot = version;
    if (!changed || this.manager.current?.roots.version === version) return;
    this.parts.logger('secretmanager').info({ roots: version }, 'the root certificate changed');
    this.manager.renew();
  }
}

async function readToken(file: string | undefined): Promise<string | undefined> {
  return file === undefined ? undefined : (await readFile(file, 'utf8')).trim();
}
