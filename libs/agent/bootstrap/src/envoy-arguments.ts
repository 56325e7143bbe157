export interface EnvoyArgumentOptions {
  readonly bootstrapFile: string;
  readonly drainTimeSeconds: number;
  readonly logLevel: string;
  readonly componentLogLevel: string;
  /** 0: as many workers as the machine has cores. */
  readonly concurrency: number;
  /** The proxy's first address decides what `localhost` names resolve to. */
  readonly ipv6: boolean;
  /** Text merged over the bootstrap (ISTIO_BOOTSTRAP_OVERRIDE). */
  readonly configYaml?: string | undefined;
}

/**
 * Envoy's command line. No hot restart: secrets arrive over SDS, so that there is no reason for a second epoch. Connections of a listener
 * that was replaced close with their next answer (Istio since 1.6): by Envoy's own default a new policy would not bind a busy peer before the drain time is over.
 */
export function envoyArguments(options: EnvoyArgumentOptions): string[] {
  return [
    ...['-c', options.bootstrapFile],
    '--disable-hot-restart',
    ...['--drain-time-s', String(options.drainTimeSeconds), '--drain-strategy', 'immediate'],
    ...['--local-address-ip-version', options.ipv6 ? 'v6' : 'v4'],
    ...['--log-format', '[Envoy] [%Y-%m-%d %T.%e][%t][%l][%n] %v'],
    ...['-l', options.logLevel],
    ...(options.componentLogLevel === '' ? [] : ['--component-log-level', options.componentLogLevel]),
    ...(options.concurrency > 0 ? ['--concurrency', String(options.concurrency)] : []),
    ...(options.configYaml === undefined ? [] : ['--config-yaml', options.configYaml]),
  ];
}
