import { closeSync, existsSync, openSync, readdirSync, renameSync, statSync, unlinkSync, writeSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import type { Writable } from 'node:stream';
import type { StdioParams } from './params.js';

/** Where lines go. */
export interface LineSink {
  write(lines: string): void;
  close(): void;
}

export type OpenSink = (params: StdioParams, dropped: (lines: number) => void) => LineSink;

/** Lines that may wait for a slow reader of the stream before further ones are dropped. */
const maxWaitingBytes = 16 * 1024 * 1024;

/** @throws the file system's error if the file can't be opened */
export const openSink: OpenSink = (params, dropped) => {
  switch (params.logStream) {
    case 'STDOUT':
      return streamSink(process.stdout, dropped);
    case 'STDERR':
      return streamSink(process.stderr, dropped);
    case 'FILE':
      return new FileSink(params.outputPath, Infinity, 0);
    case 'ROTATED_FILE':
      return new FileSink(params.outputPath, params.maxMegabytesBeforeRotation * 1024 * 1024, params.maxRotatedFiles);
  }
};

function streamSink(stream: Writable, dropped: (lines: number) => void): LineSink {
  return {
    write(lines) {
      if (stream.writableLength > maxWaitingBytes) dropped(lines.split('\n').length - 1);
      else stream.write(lines);
    },
    close: () => undefined,
  };
}

/** A file that is set aside under a numbered name when it has grown to `maxBytes`; the oldest of those go. */
class FileSink implements LineSink {
  #file: number;
  #size: number;

  constructor(
    private readonly path: string,
    private readonly maxBytes: number,
    private readonly maxRotated: number,
  ) {
    this.#file = openSync(path, 'a', 0o644);
    this.#size = statSync(path).size;
  }

  write(lines: string): void {
    if (this.#size > 0 && this.#size + lines.length > this.maxBytes) this.#rotate();
    this.#size += writeSync(this.#file, lines);
  }

  close(): void {
    closeSync(this.#file);
  }

  #rotate(): void {
    closeSync(this.#file);
    const rotated = rotatedFiles(this.path);
    renameSync(this.path, numberedPath(this.path, (rotated.at(-1)?.number ?? 0) + 1));
    const surplus = this.maxRotated > 0 ? rotated.slice(0, Math.max(0, rotated.length + 1 - this.maxRotated)) : [];
    for (const { path } of surplus) if (existsSync(path)) unlinkSync(path);
    this.#file = openSync(this.path, 'a', 0o644);
    this.#size = 0;
  }
}

function numberedPath(path: string, number: number): string {
  const extension = extname(path);
  return join(dirname(path), `${basename(path, extension)}-${number}${extension}`);
}

function rotatedFiles(path: string): { path: string; number: number }[] {
  const extension = extname(path);
  const stem = `${basename(path, extension)}-`;
  return readdirSync(dirname(path))
    .filter((name) => name.startsWith(stem) && name.endsWith(extension))
    .map((name) => ({ path: join(dirname(path), name), number: Number(name.slice(stem.length, name.length - extension.length)) }))
    .filter(({ number }) => Number.isInteger(number))
    .sort((a, b) => a.number - b.number);
}
