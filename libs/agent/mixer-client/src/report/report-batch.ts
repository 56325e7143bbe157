import { writeCompressedAttributes, writeWords } from '../attributes/compressed.js';
import type { AttributeSource } from '../attributes/value.js';
import { MessageDictionary } from '../attributes/word-dictionary.js';
import { ProtoWriter } from '../wire/proto-writer.js';

const independentEncoding = 1;

/**
 * One istio.mixer.v1.ReportRequest under construction. Entries are encoded as they come (INDEPENDENT_ENCODING, one list of
 * `default_words`), so that nothing of a log entry outlives it.
 */
export class ReportBatch {
  private readonly writer = new ProtoWriter(64 * 1024);
  private readonly dictionary = new MessageDictionary();
  private globalWordCount = 0;
  private count = 0;

  get entries(): number {
    return this.count;
  }

  /** About the bytes of the request so far. */
  get size(): number {
    return this.count === 0 ? 0 : this.writer.length + this.dictionary.wordsLength;
  }

  /** `globalWordCount` counts for a whole batch: it is that of the first entry. */
  append(attributes: AttributeSource, globalWordCount: number): void {
    const { writer, dictionary } = this;
    if (this.count++ === 0) {
      writer.reset();
      dictionary.reset(globalWordCount);
      this.globalWordCount = globalWordCount;
    }
    writer.tag(1, 2);
    const start = writer.begin();
    writeCompressedAttributes(writer, attributes, dictionary);
    writer.end(start);
  }

  /** The encoded request; the batch is empty afterwards. */
  take(): Buffer {
    const { writer } = this;
    writeWords(writer, 2, this.dictionary.words);
    writer.tag(3, 0);
    writer.uint32(this.globalWordCount);
    writer.tag(4, 0);
    writer.uint32(independentEncoding);
    this.count = 0;
    return writer.finish();
  }
}
