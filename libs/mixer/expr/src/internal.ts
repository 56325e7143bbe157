/** The second door: parts of the language by themselves, for tests, tools and conformance. No promise of stability. */
export { printExpression } from './cexl/ast.js';
export { newConstant } from './cexl/constant.js';
export { parseExpression } from './cexl/parse.js';
export { dnsName, dnsNameEqual } from './externs/dns-name.js';
export { email, emailEqual, emailParts } from './externs/email.js';
export { ip, ipEqual } from './externs/ip.js';
export { matches } from './externs/regex.js';
export { match, toLower } from './externs/text.js';
export { timestamp } from './externs/timestamp.js';
export { uri, uriEqual } from './externs/uri.js';
