import type { ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { Exposition } from './exposition.js';

const pieceBytes = 256 * 1024;

/** Answers a scrape piece by piece: between two pieces the process serves other work. */
export async function writeExposition(exposition: Exposition, response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' });
  let piece = '';
  for (const text of exposition.render()) {
    piece += text;
    if (piece.length < pieceBytes) continue;
    if (!response.write(piece)) await Promise.race([once(response, 'drain'), once(response, 'close')]);
    else await new Promise(setImmediate);
    if (response.destroyed) return;
    piece = '';
  }
  response.end(piece);
}
