import { Cursor } from './cursor.js';
import { WordTable } from './word-table.js';

export interface Bounds {
  readonly start: number;
  readonly end: number;
}

/** CheckRequest.QuotaParams. */
export interface QuotaParams {
  readonly amount: number;
  readonly bestEffort: boolean;
}

/** istio.mixer.v1.CheckRequest with its attributes left as bytes. */
export interface CheckRequest {
  readonly bytes: Buffer;
  readonly attributes: Bounds;
  readonly globalWordCount: number;
  readonly deduplicationId: string;
  readonly quotas: ReadonlyMap<string, QuotaParams>;
}

/** istio.mixer.v1.ReportRequest with its attributes left as bytes. */
export interface ReportRequest {
  readonly bytes: Buffer;
  readonly attributes: readonly Bounds[];
  readonly defaultWords: WordTable;
  readonly globalWordCount: number;
  /** INDEPENDENT_ENCODING; else DELTA_ENCODING. */
  readonly independent: boolean;
}

const noQuotas: ReadonlyMap<string, QuotaParams> = new Map();

/** @throws WireError */
export function readCheckRequest(bytes: Buffer): CheckRequest {
  const request = { bytes, attributes: { start: 0, end: 0 }, globalWordCount: 0, deduplicationId: '', quotas: noQuotas as Map<string, QuotaParams> };
  const cursor = new Cursor(bytes);
  while (!cursor.done) {
    const tag = cursor.uint32();
    if (tag === 10) request.attributes = takeBounds(cursor);
    else if (tag === 16) request.globalWordCount = cursor.uint32();
    else if (tag === 26) request.deduplicationId = cursor.text();
    else if (tag === 34) {
      if (request.quotas === noQuotas) request.quotas = new Map();
      readQuota(cursor, request.quotas);
    } else cursor.skip(tag & 7);
  }
  return request;
}

/** @throws WireError */
export function readReportRequest(bytes: Buffer): ReportRequest {
  const attributes: Bounds[] = [];
  const words: number[] = [];
  let globalWordCount = 0;
  let semantics = 0;
  const cursor = new Cursor(bytes);
  while (!cursor.done) {
    const tag = cursor.uint32();
    if (tag === 10) attributes.push(takeBounds(cursor));
    else if (tag === 18) {
      const { start, end } = takeBounds(cursor);
      words.push(start, end);
    } else if (tag === 24) globalWordCount = cursor.uint32();
    else if (tag === 32) semantics = cursor.int32();
    else cursor.skip(tag & 7);
  }
  return { bytes, attributes, defaultWords: new WordTable(bytes, words), globalWordCount, independent: semantics === 1 };
}

function takeBounds(cursor: Cursor): Bounds {
  const end = cursor.length();
  const bounds = { start: cursor.position, end };
  cursor.position = end;
  return bounds;
}

function readQuota(cursor: Cursor, quotas: Map<string, QuotaParams>): void {
  const { start, end } = takeBounds(cursor);
  const entry = new Cursor(cursor.bytes, start, end);
  let name = '';
  let params: QuotaParams = { amount: 0, bestEffort: false };
  while (!entry.done) {
    const tag = entry.uint32();
    if (tag === 10) name = entry.text();
    else if (tag === 18) params = readQuotaParams(entry);
    else entry.skip(tag & 7);
  }
  quotas.set(name, params);
}

function readQuotaParams(cursor: Cursor): QuotaParams {
  const { start, end } = takeBounds(cursor);
  const inner = new Cursor(cursor.bytes, start, end);
  let amount = 0;
  let bestEffort = false;
  while (!inner.done) {
    const tag = inner.uint32();
    if (tag === 8) amount = Number(inner.int64());
    else if (tag === 16) bestEffort = inner.int32() !== 0;
    else inner.skip(tag & 7);
  }
  return { amount, bestEffort };
}
