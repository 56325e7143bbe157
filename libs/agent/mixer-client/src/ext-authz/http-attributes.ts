import { namespaceOf, principalOf, protocolOf, queryParamsOf, urlPathOf } from '../attributes/derive.js';
import type { ForwardedAttributes } from '../attributes/forwarded.js';
import { ipBytes } from '../attributes/ip.js';
import { jwtAttributes } from '../attributes/jwt.js';
import type { NodeAttributes } from '../attributes/node.js';
import { staticAttribute } from '../attributes/static.js';
import { TimestampValue, type AttributeBag, type AttributeSource, type AttributeValue, type StringMap } from '../attributes/value.js';
import type { AuthzRequest } from './authz-request.js';

const jwtNamespace = 'envoy.filters.http.jwt_authn';
export const mixerNamespace = 'istio.mixer';

/**
 * Check attributes of one HTTP request, each computed when it is asked for. Precedence, highest first: forwarded by the
 * peer, extracted from the request, configured by Pilot, known by the proxy.
 * Source: istio/proxy 1.4, src/istio/control/http/attributes_builder.cc.
 */
export class HttpCheckAttributes implements AttributeSource {
  private headers: StringMap | undefined;
  private auth: AttributeBag | undefined;
  private peerForwarded: AttributeBag | undefined;

  constructor(
    readonly request: AuthzRequest,
    private readonly node: NodeAttributes,
    private readonly forwardedAttributes: ForwardedAttributes,
    private readonly now: number,
  ) {}

  get(name: string): AttributeValue | undefined {
    const extract = extractors.get(name);
    return this.forwarded.get(name) ?? extract?.(this) ?? this.configured(name) ?? this.local.get(name);
  }

  forEach(visit: (value: AttributeValue, name: string) => void): void {
    const bag: AttributeBag = new Map(this.local);
    for (const name of this.request.extensions.keys()) setDefined(bag, name, this.configured(name));
    for (const [name, extract] of extractors) setDefined(bag, name, extract(this));
    for (const [name, value] of this.forwarded) bag.set(name, value);
    bag.forEach(visit);
  }

  header(name: string): string | undefined {
    return this.request.headers.get(name);
  }

  get requestHeaders(): StringMap {
    return (this.headers ??= headersOf(this.request));
  }

  get time(): TimestampValue {
    const { time } = this.request;
    return time ? new TimestampValue(time.seconds, time.nanos) : TimestampValue.fromMillis(this.now);
  }

  /** `request.auth.*` */
  authenticated(name: string): AttributeValue | undefined {
    if (!this.auth) {
      const bag: AttributeBag = (this.auth = new Map());
      const { metadata } = this.request;
      if (metadata.has(jwtNamespace)) jwtAttributes(metadata.fields(jwtNamespace), (key, value) => bag.set(key, value));
    }
    return this.auth.get(name);
  }

  private configured(name: string): AttributeValue | undefined {
    const text = this.request.extensions.get(name);
    return text === undefined ? undefined : staticAttribute(name, text);
  }

  private get local(): AttributeBag {
    return this.request.extensions.get('context.reporter.kind') === 'inbound' ? this.node.inbound : this.node.outbound;
  }

  private get forwarded(): AttributeBag {
    if (!this.peerForwarded) {
      const ignored = this.node.gateway || this.request.extensions.get('mixer.ignore_forwarded_attributes') === 'true';
      this.peerForwarded = this.forwardedAttributes.of(ignored ? undefined : this.request.metadata.text(mixerNamespace, 'forwarded'));
    }
    return this.peerForwarded;
  }
}

type Extract = (attributes: HttpCheckAttributes) => AttributeValue | undefined;

const extractors: ReadonlyMap<string, Extract> = new Map<string, Extract>([
  ['request.headers', (a) => a.requestHeaders],
  ['request.host', ({ request }) => request.host],
  ['request.path', ({ request }) => request.path],
  ['request.method', ({ request }) => request.method || undefined],
  ['request.referer', (a) => a.header('referer')],
  ['request.useragent', (a) => a.header('user-agent')],
  ['request.scheme', ({ request }) => request.headers.get(':scheme') ?? (request.scheme || 'http')],
  ['request.url_path', ({ request }) => urlPathOf(request.path)],
  ['request.query_params', ({ request }) => queryParamsOf(request.path)],
  ['request.time', (a) => a.time],
  ['request.auth.principal', (a) => a.authenticated('request.auth.principal')],
  ['request.auth.audiences', (a) => a.authenticated('request.auth.audiences')],
  ['request.auth.presenter', (a) => a.authenticated('request.auth.presenter')],
  ['request.auth.claims', (a) => a.authenticated('request.auth.claims')],
  ['request.auth.raw_claims', (a) => a.authenticated('request.auth.raw_claims')],
  ['source.principal', ({ request }) => principalOf(request.source.principal)],
  ['source.user', ({ request }) => principalOf(request.source.principal)],
  ['source.namespace', ({ request }) => namespaceOf(principalOf(request.source.principal) ?? '')],
  ['destination.principal', ({ request }) => principalOf(request.destination.principal)],
  ['connection.mtls', ({ request }) => request.source.principal !== '' || request.source.hasCertificate],
  ['connection.requested_server_name', ({ request }) => request.sni || undefined],
  ['origin.ip', ({ request }) => ipBytes(request.source.address)],
  ['context.protocol', (a) => protocolOf(a.header('content-type'))],
]);

/** Lower-case headers with `:authority`, `:method` and `:path`, without what peers forward. */
function headersOf(request: AuthzRequest): StringMap {
  const headers = new Map(request.headers);
  headers.delete('x-istio-attributes');
  if (request.host !== '') headers.set(':authority', request.host);
  if (request.method !== '') headers.set(':method', request.method);
  if (request.path !== '') headers.set(':path', request.path);
  return headers;
}

function setDefined(bag: AttributeBag, name: string, value: AttributeValue | undefined): void {
  if (value !== undefined) bag.set(name, value);
}
