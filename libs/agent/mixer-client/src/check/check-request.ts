import { writeAttributeWords, writeCompressedAttributes } from '../attributes/compressed.js';
import type { AttributeSource } from '../attributes/value.js';
import { MessageDictionary } from '../attributes/word-dictionary.js';
import { ProtoWriter } from '../wire/proto-writer.js';

/** A quota to be asked for in a Check. */
export interface QuotaRequest {
  readonly name: string;
  readonly amount: number;
  readonly bestEffort: boolean;
}

export interface CheckRequestParts {
  readonly attributes: AttributeSource;
  readonly deduplicationId: string;
  readonly quotas: readonly QuotaRequest[];
}

/** Encodes istio.mixer.v1.CheckRequest; reuses its buffer and its dictionary. */
export class CheckRequestEncoder {
  private readonly writer = new ProtoWriter(4096);
  private readonly dictionary = new MessageDictionary();

  encode(parts: CheckRequestParts, globalWordCount: number): Buffer {
    const { writer, dictionary } = this;
    writer.reset();
    dictionary.reset(globalWordCount);
    writer.tag(1, 2);
    const start = writer.begin();
    writeCompressedAttributes(writer, parts.attributes, dictionary);
    writeAttributeWords(writer, dictionary);
    writer.end(start);
    writer.tag(2, 0);
    writer.uint32(globalWordCount);
    writer.tag(3, 2);
    writer.string(parts.deduplicationId);
    for (const quota of parts.quotas) writeQuota(writer, quota);
    return writer.finish();
  }
}

function writeQuota(writer: ProtoWriter, quota: QuotaRequest): void {
  writer.tag(4, 2);
  const entry = writer.begin();
  writer.tag(1, 2);
  writer.string(quota.name);
  writer.tag(2, 2);
  const params = writer.begin();
  writer.tag(1, 0);
  writer.int64(quota.amount);
  if (quota.bestEffort) {
    writer.tag(2, 0);
    writer.uint32(1);
  }
  writer.end(params);
  writer.end(entry);
}
