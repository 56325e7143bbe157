import { html, json, type MeshClient, propagatedHeaders, type Answer, type Request, type Routes, type ServiceConfig } from '@quartet/bookinfo-kit';
import { BookServices, type Part } from './book-services.js';
import { productById, products } from './catalog.js';
import { indexPage, productPage } from './page.js';
import { nameFromForm, signedInUser, signInCookie, signOutCookie } from './session.js';
import { styles } from './styles.js';

/** The page for people and the API under `/api/v1/products` for programs. */
export function productpageRoutes({ config, client }: { config: ServiceConfig; client: Pick<MeshClient, 'get'> }): Routes {
  const services = new BookServices(client, config.hosts);
  return {
    'GET /': ({ headers }) => html(indexPage(signedInUser(headers))),
    'GET /index.html': ({ headers }) => html(indexPage(signedInUser(headers))),
    'GET /health': () => ({ status: 200, headers: { 'content-type': 'text/plain' }, body: 'Product page is healthy' }),
    'GET /static/bookinfo.css': () => ({ status: 200, headers: { 'content-type': 'text/css', 'cache-control': 'max-age=3600' }, body: styles }),
    'GET /productpage': (request) => page(services, request),
    'POST /login': ({ body }) => signIn(body),
    'GET /logout': () => redirect(signOutCookie()),
    ...apiRoutes(services),
  };
}

function apiRoutes(services: BookServices): Routes {
  return {
    'GET /api/v1/products': () => json(products),
    'GET /api/v1/products/:id': (request) => ofProduct(request, (id, headers) => services.details(id, headers)),
    'GET /api/v1/products/:id/reviews': (request) => ofProduct(request, (id, headers) => services.reviews(id, headers)),
    'GET /api/v1/products/:id/ratings': (request) => ofProduct(request, (id, headers) => services.ratings(id, headers)),
  };
}

async function page(services: BookServices, { headers }: Request): Promise<Answer> {
  const product = products[0];
  if (!product) return html('no products', 404);
  const onward = onwardHeaders(headers);
  const [details, reviews] = await Promise.all([services.details(product.id, onward), services.reviews(product.id, onward)]);
  return html(productPage({ product, details, reviews, user: signedInUser(headers) }));
}

type Fetch = (id: number, headers: Record<string, string>) => Promise<Part<unknown>>;

async function ofProduct({ params, headers }: Request, fetch: Fetch): Promise<Answer> {
  const product = productById(params['id']);
  if (!product) return json({ error: `no such product: ${params['id']}` }, 404);
  const part = await fetch(product.id, onwardHeaders(headers));
  return 'data' in part ? json(part.data) : json({ error: part.error }, part.status);
}

/** A user signed in at the page is `end-user` to the services behind it, so that routes can tell users apart. */
function onwardHeaders(headers: Request['headers']): Record<string, string> {
  const user = signedInUser(headers);
  return { ...propagatedHeaders(headers), ...(user === undefined ? {} : { 'end-user': user }) };
}

function signIn(body: string): Answer {
  const name = nameFromForm(body);
  return name === undefined ? html('a user name is needed', 400) : redirect(signInCookie(name));
}

function redirect(cookie: string): Answer {
  return { status: 302, headers: { location: '/productpage', 'set-cookie': cookie }, body: '' };
}
