import type { Details, Part, Review, Reviews } from './book-services.js';
import type { Product } from './catalog.js';
import { escapeHtml } from './escape-html.js';

export interface PageContent {
  readonly product: Product;
  readonly details: Part<Details>;
  readonly reviews: Part<Reviews>;
  readonly user: string | undefined;
}

/** The product page. A part whose service failed shows why instead. */
export function productPage({ product, details, reviews, user }: PageContent): string {
  return layout(
    product.title,
    user,
    `<div class="title"><h1>${escapeHtml(product.title)}</h1><p>${product.descriptionHtml}</p></div>
<div class="columns">
<section class="card" id="details"><h2>Book details</h2>${detailsPart(details)}</section>
<section class="card" id="reviews"><h2>Book reviews</h2>${reviewsPart(reviews)}</section>
</div>`,
  );
}

/** `/`: what this service offers. */
export function indexPage(user: string | undefined): string {
  return layout(
    'Bookinfo',
    user,
    `<div class="title"><h1>Bookinfo</h1><p>A bookshop’s product page, made of four small services that find each other through the mesh.</p></div>
<section class="card"><h2>Where to go</h2><dl>
<dt><a href="/productpage">/productpage</a></dt><dd>the page of the one book on offer</dd>
<dt><a href="/api/v1/products">/api/v1/products</a></dt><dd>the catalogue as JSON, and below it details, <code>/0/reviews</code> and <code>/0/ratings</code></dd>
<dt><a href="/health">/health</a></dt><dd>whether this service is well</dd>
</dl></section>`,
  );
}

function layout(title: string, user: string | undefined, main: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/static/bookinfo.css">
</head>
<body>
<header><div class="bar"><strong>BookInfo Sample</strong>${userForm(user)}</div></header>
<main>
${main}
</main>
</body>
</html>
`;
}

function userForm(user: string | undefined): string {
  if (user !== undefined) return `<form action="/logout" method="get"><span>${escapeHtml(user)}</span><button>Sign out</button></form>`;
  return '<form action="/login" method="post"><input name="username" aria-label="User name" placeholder="user name" autocomplete="off" maxlength="64" required><button>Sign in</button></form>';
}

const labels: Readonly<Record<string, string>> = { author: 'Author', year: 'Year', type: 'Type', pages: 'Pages', publisher: 'Publisher', language: 'Language' };

function detailsPart(part: Part<Details>): string {
  if (!('data' in part)) return errorText(part.error);
  const rows = Object.entries(part.data)
    .filter(([field]) => field !== 'id')
    .map(([field, value]) => `<dt>${escapeHtml(labels[field] ?? field)}</dt><dd>${escapeHtml(String(value))}</dd>`);
  return `<dl>${rows.join('')}</dl>`;
}

function reviewsPart(part: Part<Reviews>): string {
  if (!('data' in part)) return errorText(part.error);
  const { podname = 'an unnamed instance', reviews } = part.data;
  return `${reviews.map(review).join('\n')}<p class="served">Reviews served by: <code>${escapeHtml(podname)}</code></p>`;
}

function review({ reviewer, text, rating }: Review): string {
  return `<blockquote>${rating ? stars(rating) : ''}<p>${escapeHtml(text)}</p><footer>— ${escapeHtml(reviewer)}</footer></blockquote>`;
}

const maxStars = 5;

function stars({ stars: count, color, error }: NonNullable<Review['rating']>): string {
  if (count === undefined) return `<p class="stars-error">${escapeHtml(error ?? 'no rating')}</p>`;
  const full = Math.min(Math.max(Math.round(count), 0), maxStars);
  const tint = color === 'red' ? 'red' : 'black';
  return `<span class="stars ${tint}" role="img" aria-label="${full} of ${maxStars} stars">${'★'.repeat(full)}<i>${'★'.repeat(maxStars - full)}</i></span>`;
}

function errorText(message: string): string {
  return `<p class="error">${escapeHtml(message)}</p>`;
}
