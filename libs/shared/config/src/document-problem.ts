/** One thing wrong with a document of the configuration folder. */
export interface DocumentProblem {
  /** Relative to the folder. */
  readonly file: string;
  /** 1-based line of the field at fault, or of the document. */
  readonly line: number;
  /** Empty where the document can't be read that far. */
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** Field path, empty for the document as a whole. */
  readonly field: string;
  readonly reason: string;
  /** An `error` leaves the document out; a `warning` doesn't. */
  readonly severity: 'error' | 'warning';
}

/** `file:line: Kind ns/name: field: reason` */
export function formatDocumentProblem({ file, line, kind, namespace, name, field, reason }: DocumentProblem): string {
  const object = [kind, namespace === '' || name === '' ? name : `${namespace}/${name}`].filter((part) => part !== '').join(' ');
  return [`${file}:${line}`, object, field, reason].filter((part) => part !== '').join(': ');
}
