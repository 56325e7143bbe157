/** A value of JSON; the bootstrap is plain JSON, since Envoy's Any there wants `@type` beside the message's fields. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type JsonObject = Record<string, Json>;
