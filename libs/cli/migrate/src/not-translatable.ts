/** Something of Mixer's that Envoy can't say. The message is the reason, for the user. */
export class NotTranslatable extends Error {
  override readonly name = 'NotTranslatable';
}
