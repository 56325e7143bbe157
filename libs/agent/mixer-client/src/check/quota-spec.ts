import { QuotaSpec, type AttributeMatch, type StringMatch } from '@quartet/api/istio/mixer/v1/config/client/quota';
import { LRUCache } from 'lru-cache';
import { RE2JS } from 're2js';
import type { AttributeSource } from '../attributes/value.js';
import { ProtoReader } from '../wire/proto-reader.js';

/** Units of a quota that one request needs. */
export interface QuotaNeed {
  readonly name: string;
  readonly amount: number;
}

type Predicate = (attributes: AttributeSource) => boolean;

interface Rule {
  readonly applies: Predicate;
  readonly needs: readonly QuotaNeed[];
}

const cacheLimit = 1_000;

/** QuotaSpecs as they come in `mixer.quota_spec`: base64 of length-prefixed messages; compiled once per distinct text. */
export class QuotaSpecs {
  private readonly compiled = new LRUCache<string, readonly Rule[]>({ max: cacheLimit });

  /** Needs of one request, in the order of the rules. Throws what the decoder throws if the text is not such a list. */
  needsOf(text: string | undefined, attributes: AttributeSource): readonly QuotaNeed[] {
    if (text === undefined || text === '') return [];
    let rules = this.compiled.get(text);
    if (!rules) this.compiled.set(text, (rules = decode(text).flatMap(compile)));
    return rules.flatMap((rule) => (rule.applies(attributes) ? rule.needs : []));
  }
}

function decode(text: string): QuotaSpec[] {
  const reader = new ProtoReader(Buffer.from(text, 'base64'));
  const specs: QuotaSpec[] = [];
  while (!reader.done) specs.push(QuotaSpec.decode(reader.bytes()));
  return specs;
}

function compile(spec: QuotaSpec): Rule[] {
  return spec.rules.map((rule) => {
    const matches = rule.match.map(compileMatch);
    return {
      applies: matches.length === 0 ? () => true : (attributes) => matches.some((match) => match(attributes)),
      needs: rule.quotas.map(({ quota, charge }) => ({ name: quota, amount: charge })),
    };
  });
}

/** All clauses of a match must hold; only string attributes match. */
function compileMatch(match: AttributeMatch): Predicate {
  const clauses = Object.entries(match.clause).map(([name, clause]) => ({ name, holds: compileString(clause) }));
  return (attributes) => clauses.every(({ name, holds }) => {
    const value = attributes.get(name);
    return typeof value === 'string' && holds(value);
  });
}

function compileString({ exact, prefix, regex }: StringMatch): (value: string) => boolean {
  if (exact !== undefined) return (value) => value === exact;
  if (prefix !== undefined) return (value) => value.startsWith(prefix);
  if (regex === undefined) return () => true;
  const pattern = compileRegex(regex);
  return (value) => pattern?.matches(value) ?? false;
}

/** A pattern that does not compile matches nothing. */
function compileRegex(regex: string): RE2JS | undefined {
  try {
    return RE2JS.compile(regex);
  } catch {
    return undefined;
  }
}
