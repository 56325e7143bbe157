import type { Jwt, Policy, TargetSelector } from '@quartet/api/istio/authentication/v1alpha1/policy';
import { dnsLabel, port } from './primitives.js';
import { parseJwksUri } from './jwks-uri.js';
import type { Report } from './report.js';

/** Policy (with a namespace) and MeshPolicy (without). */
export function validateAuthenticationPolicy(report: Report, spec: Policy, meta: { readonly name: string; readonly namespace: string }, root: Report): void {
  if (meta.namespace === '') {
    root.require(meta.name === 'default', `a mesh policy must be named "default", not ${JSON.stringify(meta.name)}`);
    report.at('targets').require(spec.targets.length === 0, 'a mesh policy has no targets');
  } else {
    const general = spec.targets.length === 0;
    root.require(!general || meta.name === 'default', `a policy without targets must be named "default", not ${JSON.stringify(meta.name)}`);
    root.require(general || meta.name !== 'default', 'a policy named "default" has no targets');
    report.each('targets', spec.targets, validateTarget);
  }
  const issuers = new Set<string>();
  report.each('peers', spec.peers, (entry, peer) => {
    if (peer.jwt !== undefined) validateJwt(entry.at('jwt'), peer.jwt, issuers);
  });
  report.each('origins', spec.origins, (entry, origin) => {
    if (origin.jwt === undefined) entry.at('jwt').error('is required');
    else validateJwt(entry.at('jwt'), origin.jwt, issuers);
  });
}

function validateTarget(report: Report, target: TargetSelector): void {
  report.at('name').fault(dnsLabel(target.name));
  report.each('ports', target.ports, (entry, selector) => {
    if (selector.number !== undefined) entry.at('number').fault(port(selector.number));
    else if (selector.name !== undefined) entry.at('name').fault(dnsLabel(selector.name));
    else entry.error('a port needs a name or a number');
  });
}

function validateJwt(report: Report, jwt: Jwt, issuers: Set<string>): void {
  report.at('issuer').require(jwt.issuer !== '', 'is required');
  report.at('issuer').require(!issuers.has(jwt.issuer), `${JSON.stringify(jwt.issuer)} is the issuer of another method`);
  issuers.add(jwt.issuer);
  for (const field of ['audiences', 'jwtHeaders', 'jwtParams'] as const) {
    report.each(field, jwt[field], (entry, value) => entry.require(value !== '', 'must not be empty'));
  }
  if (jwt.jwksUri !== '' && parseJwksUri(jwt.jwksUri) === undefined) {
    report.at('jwksUri').error(`${JSON.stringify(jwt.jwksUri)} is not an http or https URI`);
  }
}
