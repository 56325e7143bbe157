import { describe, expect, it } from 'vitest';
import type { Part, Reviews } from './book-services.js';
import { productById } from './catalog.js';
import { indexPage, productPage, type PageContent } from './page.js';

const product = productById('0')!;
const content = (change: Partial<PageContent> = {}): PageContent => ({
  product,
  details: { status: 200, data: { id: 0, author: 'A. Writer', 'ISBN-10': '1' } },
  reviews: reviewsBy('reviews-v1'),
  user: undefined,
  ...change,
});

function reviewsBy(podname: string, rating?: Reviews['reviews'][number]['rating']): Part<Reviews> {
  return { status: 200, data: { id: '0', podname, reviews: [{ reviewer: 'Reviewer1', text: 'Fine.', ...(rating && { rating }) }] } };
}

describe('productPage', () => {
  it('shows title, details, reviews and who served them', () => {
    const page = productPage(content());
    for (const part of ['<h1>The Comedy of Errors</h1>', '<dt>Author</dt><dd>A. Writer</dd>', '<dt>ISBN-10</dt>', 'Fine.', '— Reviewer1', '<code>reviews-v1</code>']) expect(page).toContain(part);
    expect(page).not.toContain('★');
  });

  it.each(['black', 'red'])('shows %s stars', (color) => {
    expect(productPage(content({ reviews: reviewsBy('reviews-v3', { stars: 4, color }) }))).toContain(`<span class="stars ${color}" role="img" aria-label="4 of 5 stars">★★★★<i>★</i></span>`);
  });

  it('says when ratings are missing', () => {
    expect(productPage(content({ reviews: reviewsBy('reviews-v2', { error: 'Ratings service is currently unavailable' }) }))).toContain('Ratings service is currently unavailable');
  });

  it('shows why a part failed and the rest all the same', () => {
    const page = productPage(content({ details: { status: 403, error: 'Sorry, HTTP 403, "not <you>"' } }));
    expect(page).toContain('<p class="error">Sorry, HTTP 403, &quot;not &lt;you&gt;&quot;</p>');
    expect(page).toContain('Fine.');
  });

  it('escapes what services and users say', () => {
    const evil = '<script>alert(1)</script>';
    const page = productPage(content({ user: evil, details: { status: 200, data: { id: 0, author: evil } }, reviews: reviewsBy(evil, { stars: 1, color: `"${evil}` }) }));
    expect(page).not.toContain('<script>');
  });

  it('offers to sign in or out', () => {
    expect(productPage(content())).toContain('action="/login"');
    expect(productPage(content({ user: 'jason' }))).toMatch(/jason.*Sign out/);
    expect(indexPage('jason')).toContain('/productpage');
  });
});
