import { describe, expect, it } from 'vitest';
import { ResourceSinkService, ResourceSourceService } from './generated/istio/mcp/v1alpha1/mcp.js';
import { Params as PrometheusParams } from './generated/istio/mixer/adapter/prometheus/config.js';
import { HandleMetricServiceService, InstanceMsg } from './generated/istio/mixer/template/metric/handler_service.js';
import { Attributes, CompressedAttributes } from './generated/istio/mixer/v1/attributes.js';
import { CheckResponse, ReferencedAttributes_Condition } from './generated/istio/mixer/v1/check.js';
import { MixerService } from './generated/istio/mixer/v1/mixer.js';
import { AccessRule } from './generated/istio/rbac/v1alpha1/rbac.js';
import { Handler, Instance } from './generated/istio/policy/v1beta1/cfg.js';
import { IstioCAServiceService } from './generated/istio/v1/auth/istio_ca.js';
import { IstioCertificateServiceService } from './generated/istio/v1/auth/istio_certificate.js';
import { readDescriptors } from './index.js';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

describe('bytes on the wire', () => {
  it('dictionary indices are zigzag', () => {
    const bytes = CompressedAttributes.encode(CompressedAttributes.fromPartial({ words: ['a'], strings: { 5: -1 } })).finish();
    expect(hex(bytes)).toBe('0a0161' + '1204080a1001');
  });

  it('attribute values start at 2', () => {
    expect(hex(Attributes.encode(Attributes.fromPartial({ attributes: { a: { stringValue: 'b' } } })).finish())).toBe('0a080a016112031201' + '62');
  });

  it('the verdict of a check skips number 4', () => {
    const response = CheckResponse.fromPartial({
      precondition: { validUseCount: 3, referencedAttributes: { attributeMatches: [{ name: -1, condition: ReferencedAttributes_Condition.EXACT }] }, routeDirective: { directResponseCode: 403 } },
    });
    expect(hex(CheckResponse.encode(response).finish())).toBe('120f18032a0612040801' + '1002' + '3203189303');
    expect(CheckResponse.decode(CheckResponse.encode(response).finish())).toEqual(response);
  });

  it.each([
    ['Instance.compiled_template', Instance.encode(Instance.fromPartial({ compiledTemplate: 'x' })).finish(), 67_794_676],
    ['Handler.compiled_adapter', Handler.encode(Handler.fromPartial({ compiledAdapter: 'x' })).finish(), 67_794_676],
    ['metric InstanceMsg.name', InstanceMsg.encode(InstanceMsg.fromPartial({ name: 'x' })).finish(), 72_295_727],
  ])('%s has the number of Istio', (_, bytes, number) => {
    let [tag, shift] = [0, 1];
    for (const byte of bytes) {
      tag += (byte & 0x7f) * shift;
      shift *= 128;
      if (byte < 0x80) break;
    }
    expect(tag).toBe(number * 8 + 2);
  });

  it('repeated numbers may come packed or not', () => {
    expect(AccessRule.decode(Buffer.from('4a0250514851', 'hex')).ports).toEqual([80, 81, 81]);
  });

  it('reads buckets of a distribution', () => {
    const params = PrometheusParams.fromPartial({ metrics: [{ name: 'm', kind: 3, buckets: { explicitBuckets: { bounds: [1, 2] } } }] });
    expect(PrometheusParams.decode(PrometheusParams.encode(params).finish())).toEqual(params);
  });
});

it.each([
  [MixerService.check.path, '/istio.mixer.v1.Mixer/Check'],
  [MixerService.report.path, '/istio.mixer.v1.Mixer/Report'],
  [ResourceSourceService.establishResourceStream.path, '/istio.mcp.v1alpha1.ResourceSource/EstablishResourceStream'],
  [ResourceSinkService.establishResourceStream.path, '/istio.mcp.v1alpha1.ResourceSink/EstablishResourceStream'],
  [IstioCertificateServiceService.createCertificate.path, '/istio.v1.auth.IstioCertificateService/CreateCertificate'],
  [IstioCAServiceService.handleCsr.path, '/istio.v1.auth.IstioCAService/HandleCSR'],
  [HandleMetricServiceService.handleMetric.path, '/metric.HandleMetricService/HandleMetric'],
])('serves %s', (path, expected) => expect(path).toBe(expected));

it('ships its descriptors', () => expect(readDescriptors().length).toBeGreaterThan(100_000));
