import { Cors } from '@quartet/api/envoy/extensions/filters/http/cors/v3/cors';
import { HTTPFault } from '@quartet/api/envoy/extensions/filters/http/fault/v3/fault';
import { GrpcWeb } from '@quartet/api/envoy/extensions/filters/http/grpc_web/v3/grpc_web';
import { Router } from '@quartet/api/envoy/extensions/filters/http/router/v3/router';
import type { HttpFilter } from '@quartet/api/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager';
import type { HttpHandlerView } from '../view/listener-view.js';
import { packAny } from './any.js';
import { jwtFilter } from './jwt.js';
import { checkFilter, forwardedAttributesFilter, httpFilter } from './mixer.js';
import { rateLimitFilter } from './rate-limit.js';
import { httpRbacFilters } from './rbac.js';
import { CORS, FAULT } from './route-features.js';

/**
 * The order decides what sees what: forwarded attributes are taken out first; who calls is established before it is asked
 * whether they may, and only what may counts for limits; Mixer is asked last, so that it knows the verdicts; faults only hit what was let in.
 */
export function httpFilters(view: HttpHandlerView): HttpFilter[] {
  return [
    ...(view.role === 'proxy' ? [] : [forwardedAttributesFilter(view.telemetry)]),
    ...(view.authentication ? [jwtFilter(view.authentication)] : []),
    ...(view.rbac ? httpRbacFilters(view.rbac) : []),
    ...(view.rateLimits ?? []).map(rateLimitFilter),
    ...(view.mixer?.check ? [checkFilter(view.mixer)] : []),
    ...(view.grpcWeb ? [httpFilter('envoy.filters.http.grpc_web', packAny('envoy.extensions.filters.http.grpc_web.v3.GrpcWeb', GrpcWeb, {}))] : []),
    httpFilter(CORS, packAny('envoy.extensions.filters.http.cors.v3.Cors', Cors, {})),
    httpFilter(FAULT, packAny('envoy.extensions.filters.http.fault.v3.HTTPFault', HTTPFault, HTTPFault.fromPartial({}))),
    httpFilter('envoy.filters.http.router', packAny('envoy.extensions.filters.http.router.v3.Router', Router, Router.fromPartial({}))),
  ];
}
