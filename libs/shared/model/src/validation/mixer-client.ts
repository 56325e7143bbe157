// The kinds that Pilot hands to the proxies' Mixer client.
import type { Attributes, Attributes_AttributeValue } from '@quartet/api/istio/mixer/v1/attributes';
import type { HTTPAPISpec, HTTPAPISpecBinding } from '@quartet/api/istio/mixer/v1/config/client/api_spec';
import type { QuotaSpec, QuotaSpecBinding } from '@quartet/api/istio/mixer/v1/config/client/quota';
import type { IstioService } from '@quartet/api/istio/mixer/v1/config/client/service';
import { validateLabels } from './label-map.js';
import { dnsLabel, duration, fqdn } from './primitives.js';
import type { Report } from './report.js';

/** Reports every named field that is chosen but empty. */
function requireChosen(report: Report, fields: Readonly<Record<string, string | undefined>>): void {
  for (const [field, value] of Object.entries(fields)) report.at(field).require(value !== '', 'must not be empty');
}

export function validateHttpApiSpec(report: Report, spec: HTTPAPISpec): void {
  if (spec.attributes !== undefined) validateAttributes(report.at('attributes'), spec.attributes);
  report.at('patterns').require(spec.patterns.length > 0, 'at least one pattern is required');
  report.each('patterns', spec.patterns, (entry, pattern) => {
    if (pattern.attributes !== undefined) validateAttributes(entry.at('attributes'), pattern.attributes);
    entry.at('httpMethod').require(pattern.httpMethod !== '', 'is required');
    requireChosen(entry, { uriTemplate: pattern.uriTemplate, regex: pattern.regex });
    entry.require(pattern.uriTemplate !== undefined || pattern.regex !== undefined, 'uriTemplate or regex is required');
  });
  report.each('apiKeys', spec.apiKeys, (entry, key) => requireChosen(entry, { query: key.query, header: key.header, cookie: key.cookie }));
}

function validateAttributes(report: Report, { attributes }: Attributes): void {
  report.at('attributes').require(Object.keys(attributes).length > 0, 'at least one attribute is required');
  report.entries('attributes', attributes, validateAttribute);
}

function validateAttribute(report: Report, value: Attributes_AttributeValue): void {
  report.require(Object.values(value).some((field) => field !== undefined), 'has no value');
  report.at('stringValue').require(value.stringValue !== '', 'must not be empty');
  report.at('bytesValue').require(value.bytesValue?.length !== 0, 'must not be empty');
  const map = value.stringMapValue;
  report.at('stringMapValue', 'entries').require(map === undefined || Object.keys(map.entries).length > 0, 'at least one entry is required');
  report.at('durationValue').fault(duration(value.durationValue));
}

export function validateHttpApiSpecBinding(report: Report, spec: HTTPAPISpecBinding): void {
  validateServices(report, spec.services);
  report.at('apiSpecs').require(spec.apiSpecs.length > 0, 'at least one API spec is required');
  report.each('apiSpecs', spec.apiSpecs, validateReference);
}

export function validateQuotaSpecBinding(report: Report, spec: QuotaSpecBinding): void {
  validateServices(report, spec.services);
  report.at('quotaSpecs').require(spec.quotaSpecs.length > 0, 'at least one quota spec is required');
  report.each('quotaSpecs', spec.quotaSpecs, validateReference);
}

function validateReference(report: Report, { name, namespace }: { readonly name: string; readonly namespace: string }): void {
  report.at('name').require(name !== '', 'is required');
  if (namespace !== '') report.at('namespace').fault(dnsLabel(namespace));
}

export function validateQuotaSpec(report: Report, spec: QuotaSpec): void {
  report.at('rules').require(spec.rules.length > 0, 'at least one rule is required');
  report.each('rules', spec.rules, (rule, { match, quotas }) => {
    rule.each('match', match, (entry, { clause }) => {
      entry.entries('clause', clause, (item, value) => requireChosen(item, { exact: value.exact, prefix: value.prefix, regex: value.regex }));
    });
    rule.at('quotas').require(quotas.length > 0, 'at least one quota is required');
    rule.each('quotas', quotas, (entry, { quota, charge }) => {
      entry.at('quota').require(quota !== '', 'is required');
      entry.at('charge').require(charge > 0, `${charge} must be above 0`);
    });
  });
}

function validateServices(report: Report, services: readonly IstioService[]): void {
  report.at('services').require(services.length > 0, 'at least one service is required');
  report.each('services', services, validateIstioService);
}

/** A service by its host name (`service`), or by name, namespace and domain. */
function validateIstioService(report: Report, service: IstioService): void {
  const { name, namespace, domain } = service;
  report.require(name !== '' || service.service !== '', 'name or service is required');
  if (service.service !== '') {
    for (const [field, value] of Object.entries({ name, namespace, domain })) report.at(field).require(value === '', 'excludes service');
    return validateLabels(report, 'labels', service.labels);
  }
  if (name !== '') report.at('name').fault(dnsLabel(name));
  if (namespace !== '') report.at('namespace').fault(dnsLabel(namespace));
  if (domain !== '') report.at('domain').fault(fqdn(domain));
  validateLabels(report, 'labels', service.labels);
}
