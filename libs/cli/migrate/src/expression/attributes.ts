import { clientLabels } from '../facts/identities.js';
import type { MeshFacts } from '../facts/mesh-facts.js';
import type { BackedService } from '../facts/services.js';
import { always, and, constant, lit, not, or, type Formula } from '../formula/formula.js';
import type { Literal } from '../formula/literal.js';
import { isVacuous, matchesText, type TextMatch } from '../formula/text-match.js';
import { NotTranslatable } from '../not-translatable.js';
import { absentText, constantText, truth, type TextSource, type Truth } from './text-source.js';

/** What a check is about: a request, or a connection that carries none. */
export type World = 'http' | 'tcp';

export interface AttributeContext {
  readonly facts: MeshFacts;
  readonly world: World;
}

type Reader = (context: AttributeContext) => TextSource;

const tested = (literal: (match: TextMatch) => Literal, present: Formula): TextSource => ({
  present, test: (match) => truth(isVacuous(match) ? always : lit(literal(match))),
});

const header = (name: string): Reader => ({ world }) => (world === 'tcp' ? absentText : tested((match) => ({ kind: 'header', name, match, missingIsEmpty: false }), lit({ kind: 'header-present', name })));
/** Of a header that every request has. */
const pseudoHeader = (name: string): Reader => ({ world }) => (world === 'tcp' ? absentText : tested((match) => ({ kind: 'header', name, match, missingIsEmpty: false }), always));

const peerText = (kind: 'principal' | 'namespace', allowed: (match: TextMatch) => boolean): Reader => () =>
  tested((match) => {
    if (!allowed(match)) throw new NotTranslatable(`source.${kind}: only ==, prefixes and suffixes can be told from a certificate`);
    return { kind, match };
  }, lit({ kind: 'peer' }));
const notRegex = ({ kind }: TextMatch): boolean => kind !== 'regex' && kind !== 'exact-ignoring-case';

/** A finite choice: of the known values, those that pass the test. */
function oneOf<T>(values: readonly T[], textOf: (value: T) => string, literal: (value: T) => Literal): TextSource {
  return {
    present: always,
    test: (match) => {
      const passes = (wanted: boolean) => or(...values.filter((value) => matchesText(match, textOf(value)) === wanted).map((value) => lit(literal(value))));
      return { yes: passes(true), no: passes(false) };
    },
  };
}

/** Connections have no service at their destination's sidecar. */
const service = (textOf: (service: BackedService) => string): Reader => ({ facts, world }) => {
  if (world === 'tcp') return absentText;
  const known = oneOf(facts.services, textOf, ({ host }) => ({ kind: 'destination-host', host }));
  if (facts.services.length === 0 && textOf !== hostOf) throw new NotTranslatable('destination.service: the folder has no Service or ServiceEntry that says which workloads are behind it');
  return textOf === hostOf ? { ...known, test: (match) => hostTest(known, match, facts) } : known;
};
const hostOf = ({ host }: BackedService): string => host;

/** A host that no service of the folder has stays a literal, so that the report can name it. */
function hostTest(known: TextSource, match: TextMatch, facts: MeshFacts): Truth {
  if (match.kind !== 'exact' || facts.services.some(({ host }) => host === match.text)) return known.test(match);
  return truth(lit({ kind: 'destination-host', host: match.text }));
}

const destinationNamespace: Reader = () => ({
  present: always,
  test: (match) => {
    if (match.kind !== 'exact') throw new NotTranslatable('destination.namespace: only == can be said by where a policy is put');
    return truth(lit({ kind: 'destination-namespace', namespace: match.text }));
  },
});

/** `grpc` is a content type of exactly these; source: the Mixer filter's attributes. */
const protocol: Reader = ({ world }) => {
  if (world === 'tcp') return constantText('tcp');
  const grpc = lit({ kind: 'header', name: 'content-type', match: { kind: 'regex', text: 'application/grpc(?:\\+proto|\\+json)?' }, missingIsEmpty: false });
  return { present: always, test: (match) => truth(or(and(grpc, constant(matchesText(match, 'grpc'))), and(not(grpc), constant(matchesText(match, 'http'))))) };
};

const urlPath: Reader = ({ world }) => (world === 'tcp' ? absentText : tested((match) => ({ kind: 'url-path', match }), always));

/** STRING attributes that Envoy, or the place of a policy, can tell; as the inbound side of the destination sees them. */
export const textAttributes: Readonly<Record<string, Reader>> = {
  'request.path': pseudoHeader(':path'),
  'request.url_path': urlPath,
  'request.method': pseudoHeader(':method'),
  'request.host': pseudoHeader(':authority'),
  'request.useragent': header('user-agent'),
  'request.referer': header('referer'),
  'source.principal': peerText('principal', ({ kind }) => kind !== 'exact-ignoring-case'),
  'source.user': peerText('principal', ({ kind }) => kind !== 'exact-ignoring-case'),
  'source.namespace': peerText('namespace', notRegex),
  'source.workload.namespace': peerText('namespace', notRegex),
  'source.serviceAccount': () => tested((match) => {
    if (!notRegex(match)) throw new NotTranslatable('source.serviceAccount: only ==, prefixes and suffixes can be told from a certificate');
    return { kind: 'service-account', match };
  }, lit({ kind: 'peer' })),
  'destination.service.host': service(hostOf),
  'destination.service.name': service(({ name }) => name),
  'destination.service.namespace': service(({ namespace }) => namespace),
  'destination.namespace': destinationNamespace,
  'destination.workload.namespace': destinationNamespace,
  'context.protocol': protocol,
  'context.reporter.kind': () => constantText('inbound'),
};

/** `map[key]`. @param optional inside `|`, where a missing key is absent; elsewhere it reads as "" */
export function mapEntry(name: string, key: string, optional: boolean, { facts, world }: AttributeContext): TextSource {
  switch (name) {
    case 'request.headers':
      return headerEntry(key, optional, world);
    case 'source.labels':
      return {
        present: optional ? clientLabels(facts, `source.labels["${key}"]`, (labels) => labels[key] !== undefined) : always,
        test: (match) => truth(clientLabels(facts, `source.labels["${key}"]`, (labels) => matchesText(match, labels[key] ?? ''))),
      };
    case 'destination.labels':
      return { present: optional ? lit({ kind: 'destination-label-present', key }) : always, test: (match) => truth(destinationLabel(key, match)) };
    default:
      throw new NotTranslatable(`${name}: Envoy's filters can't read it`);
  }
}

/** Keys of request.headers are in lower case; others are never found. */
function headerEntry(key: string, optional: boolean, world: World): TextSource {
  if (world === 'tcp') return absentText;
  if (key !== key.toLowerCase()) return optional ? absentText : constantText('');
  const present = optional && !/^:(authority|method|path)$/.test(key) ? lit({ kind: 'header-present', name: key }) : always;
  return tested((match) => ({ kind: 'header', name: key, match, missingIsEmpty: !optional }), present);
}

function destinationLabel(key: string, match: TextMatch): Formula {
  if (match.kind !== 'exact' || match.text === '') throw new NotTranslatable(`destination.labels["${key}"]: a workload selector knows only label == value`);
  return lit({ kind: 'destination-label', key, value: match.text });
}
