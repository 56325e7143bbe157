import type { ConfigObject } from '@quartet/model';
import { parseExpression } from '../expression/ast.js';
import type { AttributeContext, World } from '../expression/attributes.js';
import { presenceOf, testText, type Text } from '../expression/text-source.js';
import { isPeerAddress, textOf, translateCondition } from '../expression/translate.js';
import type { MeshFacts } from '../facts/mesh-facts.js';
import { always, and, lit, never, not, or, type Formula } from '../formula/formula.js';
import { exact, unanchored, type TextMatch } from '../formula/text-match.js';
import { checkRule } from '../mixer/manifest.js';
import { field, listField, nameOf, type MixerAction, type MixerPart } from '../mixer/mixer-config.js';
import { NotTranslatable } from '../not-translatable.js';

/** What Mixer refuses by one action of a rule. */
export interface Denial {
  readonly rule: ConfigObject;
  readonly handler: MixerPart;
  readonly instances: readonly MixerPart[];
  /** Requests that are refused; connections that are. */
  readonly http: Formula;
  readonly tcp: Formula;
  /** How Mixer answered. */
  readonly answer: string;
}

/** When a rule applies, in each world. @throws NotTranslatable, ExprError */
export function ruleMatch(match: string, context: AttributeContext): Formula {
  return match.trim() === '' ? always : translateCondition(match, context).yes;
}

/** @throws NotTranslatable, ExprError */
export function denialOf(action: MixerAction, facts: MeshFacts, objects: readonly ConfigObject[]): Denial {
  const { rule, handler, instances } = action;
  checkRule(action, objects);
  const refused = (world: World): Formula => {
    const context = { facts, world };
    const matched = ruleMatch(rule.spec.match, context);
    return and(matched, or(...instances.map((instance) => (matched === never ? never : refusedInstance(handler, instance, context)))));
  };
  return { rule, handler, instances, http: refused('http'), tcp: refused('tcp'), answer: answerOf(handler) };
}

function refusedInstance(handler: MixerPart, instance: MixerPart, context: AttributeContext): Formula {
  if (handler.type === 'denier') {
    if (instance.type !== 'checknothing' && instance.type !== 'listentry') throw new NotTranslatable(`a denier of ${instance.type}: grants no quota, which is neither a refusal nor a rate`);
    return always;
  }
  if (instance.type !== 'listentry') throw new NotTranslatable(`listchecker takes no ${instance.type}: Mixer drops the instance`);
  return refusedByList(handler, instance, context);
}

/** A value that is absent fails the whole Check; what that means says the mesh configuration. */
function refusedByList({ params }: MixerPart, instance: MixerPart, context: AttributeContext): Formula {
  if (field(params, 'providerUrl')) throw new NotTranslatable('its list is fetched from providerUrl while running; Envoy has no such list. Put the entries into overrides, or use an external authorizer');
  const value = field(instance.params, 'value');
  if (typeof value !== 'string') throw new NotTranslatable(`${nameOf(instance.object)}: value is no expression`);
  const entries = listField(params, 'overrides').map(String);
  const blacklist = field(params, 'blacklist') === true;
  const type = String(field(params, 'entryType') ?? 'STRINGS');
  if (type === 'IP_ADDRESSES' || type === '2') return refusedAddress(value, entries, blacklist);
  const text = textOf(parseExpression(value), context);
  const absent = context.facts.checkFails === 'closed' ? not(presenceOf(text)) : never;
  const matches = entries.map((entry) => entryMatch(type, entry));
  return or(absent, blacklist ? or(...matches.map((match) => testText(text, match).yes)) : unlisted(text, matches));
}

const unlisted = (text: Text, matches: readonly TextMatch[]): Formula => and(presenceOf(text), ...matches.map((match) => testText(text, match).no));

function entryMatch(type: string, entry: string): TextMatch {
  switch (type) {
    case 'STRINGS':
    case '0':
      return exact(entry);
    case 'CASE_INSENSITIVE_STRINGS':
    case '1':
      return { kind: 'exact-ignoring-case', text: entry };
    case 'REGEX':
    case '3':
      return unanchored(entry);
    default:
      throw new NotTranslatable(`entryType ${type} is unknown`);
  }
}

/** A bare address of a list counts as /32, whatever its family; source: mixer/adapter/list. */
function refusedAddress(value: string, entries: readonly string[], blacklist: boolean): Formula {
  if (!isPeerAddress(parseExpression(value))) throw new NotTranslatable(`value ${value}: of addresses only source.ip and origin.ip can be told`);
  const listed = or(...entries.map((entry) => {
    const [address = '', bits = '32'] = entry.split('/');
    return lit({ kind: 'peer-ip', address, bits: Number(bits) });
  }));
  return blacklist ? listed : not(listed);
}

const codes: Readonly<Record<number, string>> = { 3: '400 INVALID_ARGUMENT', 5: '404 NOT_FOUND', 7: '403 PERMISSION_DENIED', 8: '429 RESOURCE_EXHAUSTED', 9: '412 FAILED_PRECONDITION', 14: '503 UNAVAILABLE', 16: '401 UNAUTHENTICATED' };

function answerOf({ type, params }: MixerPart): string {
  if (type !== 'denier') return `403 PERMISSION_DENIED "... is ${field(params, 'blacklist') === true ? 'blacklisted' : 'not whitelisted'}"`;
  const status = field(params, 'status');
  const code = Number(field(status, 'code') ?? 9);
  const message = String(field(status, 'message') ?? '');
  return `${codes[code] ?? `gRPC status ${code}`}${message ? ` "${message}"` : ''}`;
}
