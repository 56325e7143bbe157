export interface Product {
  readonly id: number;
  readonly title: string;
  readonly descriptionHtml: string;
}

export const products: readonly Product[] = [
  {
    id: 0,
    title: 'The Comedy of Errors',
    descriptionHtml:
      'A merchant of Syracuse looks for his lost son in Ephesus, where two pairs of identical twins, each unaware of the other, are taken for one another all day long. It is one of <b>William Shakespeare</b>’s first plays, and his shortest.',
  },
];

export function productById(text: string | undefined): Product | undefined {
  return products.find(({ id }) => String(id) === text);
}
