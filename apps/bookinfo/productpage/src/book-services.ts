import type { Callee, MeshAnswer, MeshClient, ServiceConfig } from '@quartet/bookinfo-kit';

const timeoutMs = 3_000;

/** What a part of the page is made of: the service's answer, or why there is none. */
export type Part<T> = { readonly status: 200; readonly data: T } | { readonly status: number; readonly error: string };

export interface Details {
  readonly id: number;
  readonly [field: string]: string | number;
}

export interface Review {
  readonly reviewer: string;
  readonly text: string;
  readonly rating?: { readonly stars?: number; readonly color?: string; readonly error?: string };
}

export interface Reviews {
  readonly id: string;
  /** The instance that answered, which names the version. */
  readonly podname?: string;
  readonly reviews: readonly Review[];
}

export interface Ratings {
  readonly id: number;
  readonly ratings: Readonly<Record<string, number>>;
}

type Headers = Readonly<Record<string, string>>;

/** The three services behind the product page. None of these calls throws. */
export class BookServices {
  constructor(
    private readonly client: Pick<MeshClient, 'get'>,
    private readonly hosts: ServiceConfig['hosts'],
  ) {}

  details(id: number, headers: Headers): Promise<Part<Details>> {
    return this.part('details', id, { headers, sorry: 'product details are currently unavailable for this book' });
  }

  /** Asked twice before the page gives up, since reviews is where slowness shows first. */
  async reviews(id: number, headers: Headers): Promise<Part<Reviews>> {
    const options = { headers, sorry: 'product reviews are currently unavailable for this book' };
    const first = await this.part<Reviews>('reviews', id, options);
    return first.status < 500 ? first : this.part<Reviews>('reviews', id, options);
  }

  ratings(id: number, headers: Headers): Promise<Part<Ratings>> {
    return this.part('ratings', id, { headers, sorry: 'product ratings are currently unavailable for this book' });
  }

  private async part<T>(service: Callee, id: number, { headers, sorry }: { headers: Headers; sorry: string }): Promise<Part<T>> {
    try {
      const answer = await this.client.get(this.hosts[service], `/${service}/${id}`, { headers, timeoutMs });
      if (answer.status === 200) return { status: 200, data: JSON.parse(answer.body) as T };
      return { status: answer.status, error: `Sorry, ${sorry}: ${reasonOf(answer)}` };
    } catch (error) {
      return { status: 503, error: `Sorry, ${sorry}: ${error instanceof Error ? error.message : String(error)}` };
    }
  }
}

const maxReason = 300;

function reasonOf({ status, body }: MeshAnswer): string {
  const text = body.trim();
  return text === '' ? `HTTP ${status}` : `HTTP ${status}, ${text.slice(0, maxReason)}`;
}
