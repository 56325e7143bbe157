import { parseExpression, type Expression } from '../expression/ast.js';
import { NotTranslatable } from '../not-translatable.js';

/** Command operators of Envoy's access log for attributes, at the inbound side. */
const commands: Readonly<Record<string, string>> = {
  'request.method': '%REQ(:METHOD)%', 'request.path': '%REQ(:PATH)%', 'request.host': '%REQ(:AUTHORITY)%', 'request.useragent': '%REQ(USER-AGENT)%', 'request.referer': '%REQ(REFERER)%',
  'response.code': '%RESPONSE_CODE%', 'context.proxy_error_code': '%RESPONSE_FLAGS%', 'connection.requested_server_name': '%REQUESTED_SERVER_NAME%',
  'source.ip': '%DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT%', 'origin.ip': '%DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT%', 'source.principal': '%DOWNSTREAM_PEER_URI_SAN%',
  'response.grpc_status': '%GRPC_STATUS_NUMBER%', 'request.scheme': '%REQ(:SCHEME)%',
};

const values: Readonly<Record<string, { command: string; unit: 'Bytes' | 'Milliseconds' }>> = {
  'request.size': { command: '%BYTES_RECEIVED%', unit: 'Bytes' },
  'response.size': { command: '%BYTES_SENT%', unit: 'Bytes' },
  'response.duration': { command: '%DURATION%', unit: 'Milliseconds' },
};

/** The tag of a dimension. A value that is absent shows as `-`, whatever the default was. @throws NotTranslatable */
export function tagFormat(name: string, text: string): string {
  const expression = withoutDefault(parseExpression(text));
  const command = expression.kind === 'variable' ? commands[expression.name] : headerCommand(expression);
  if (command === undefined) throw new NotTranslatable(`dimension ${name}: Envoy's access log has no command for ${text}`);
  return command;
}

/** What a metric adds: a number, or what a command gives. @throws NotTranslatable */
export function valueFormat(text: string): { fixed: number } | { command: string; unit: 'Bytes' | 'Milliseconds' } {
  const expression = withoutDefault(parseExpression(text));
  if (expression.kind === 'constant' && Number.isInteger(Number(expression.value))) return { fixed: Number(expression.value) };
  const found = expression.kind === 'variable' ? values[expression.name] : undefined;
  if (!found) throw new NotTranslatable(`value ${text}: Envoy's access log has no command for it`);
  return found;
}

function withoutDefault(expression: Expression): Expression {
  if (expression.kind !== 'call' || expression.name !== 'OR') return expression;
  const [left, right] = expression.args;
  return left !== undefined && right?.kind === 'constant' ? left : expression;
}

function headerCommand(expression: Expression): string | undefined {
  if (expression.kind !== 'call' || expression.name !== 'INDEX') return undefined;
  const [map, key] = expression.args;
  if (map?.kind !== 'variable' || key?.kind !== 'constant' || !/^[\w:-]+$/.test(String(key.value))) return undefined;
  const command = { 'request.headers': 'REQ', 'response.headers': 'RESP' }[map.name];
  return command && `%${command}(${String(key.value).toUpperCase()})%`;
}
