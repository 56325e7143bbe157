import pc from 'picocolors';

/** Shows the newest step: on a terminal in one line, elsewhere a line each. */
export function progressLine(out: NodeJS.WriteStream = process.stderr): { show(step: string): void; end(): void } {
  const started = Date.now();
  return {
    show: (step) => {
      const text = `${pc.dim(`${((Date.now() - started) / 1000).toFixed(1).padStart(5)} s`)}  ${step}`;
      out.write(out.isTTY ? `\r\x1b[K${text}` : `${text}\n`);
    },
    end: () => void (out.isTTY && out.write('\r\x1b[K')),
  };
}
