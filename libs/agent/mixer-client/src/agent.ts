import type { Server } from '@grpc/grpc-js';
import { randomUUID } from 'node:crypto';
import { accessLogService, AccessLogServer } from './access-log/access-log-server.js';
import { nodeAttributes } from './attributes/node.js';
import { GlobalDictionary } from './attributes/word-dictionary.js';
import { Checker } from './check/checker.js';
import { AuthorizationServer, authorizationService } from './ext-authz/authorization-server.js';
import { MixerChannel } from './mixer-channel.js';
import { defaultLimits, type MixerAgentOptions } from './options.js';
import { Reporter } from './report/reporter.js';
import { MixerStatistics, type MixerAgentStats } from './statistics.js';

/** How long `close` waits for reports that are held or under way. */
const closeTimeoutMs = 2_000;

/** The Mixer client of one proxy. */
export interface MixerAgent {
  /** Adds `envoy.service.auth.v3.Authorization` and `envoy.service.accesslog.v3.AccessLogService`. */
  addServices(server: Server): void;
  /** A copy of the counters. */
  stats(): MixerAgentStats;
  /** Flushes the reports that are held, for at most two seconds, and closes the channels to Mixer. */
  close(): Promise<void>;
}

/** Wires the caches, the channels and Envoy's two services. Nothing is sent, and no connection made, before it is needed. */
export function createMixerAgent(options: MixerAgentOptions): MixerAgent {
  const { clock, log, credentials } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const statistics = new MixerStatistics();
  const dictionary = new GlobalDictionary();
  const node = nodeAttributes(options.node);
  let configVersion = '';
  const onConfigVersion = (version: string): void => {
    const known = configVersion;
    configVersion = version;
    if (known === '' || known === version) return;
    statistics.check_cache_resets++;
    checker.forget();
  };
  const channel = { credentials, sourceUid: node.uid, timeoutMs: limits.rpcTimeoutMs, log, onConfigVersion };
  const checkChannel = new MixerChannel('Check', { ...channel, address: options.checkAddress });
  const reportChannel = new MixerChannel('Report', { ...channel, address: options.reportAddress });
  const random = options.random ?? Math.random;
  const clientId = options.clientId ?? randomUUID();
  const checker = new Checker({ transport: checkChannel, clock, random, clientId, dictionary, statistics, limits });
  const reporter = new Reporter({ transport: reportChannel, clock, dictionary, statistics, log, limits });
  const { tcpConnections } = limits;
  const accessLog = new AccessLogServer({ node, clock, statistics, tcpConnections, report: (attributes) => reporter.report(attributes) });
  const authorization = new AuthorizationServer({ checker, node, clock, statistics, onTcpAccepted: (id) => accessLog.tcpAccepted(id) });
  return {
    addServices: (server) => {
      server.addService(authorizationService, { Check: authorization.check });
      server.addService(accessLogService, { StreamAccessLogs: accessLog.stream });
    },
    stats: () => ({ ...statistics }),
    close: async () => {
      await reporter.close(closeTimeoutMs);
      checkChannel.close();
      reportChannel.close();
    },
  };
}
