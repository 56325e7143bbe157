import { describe, expect, it } from 'vitest';
import { nameFromForm, signedInUser, signInCookie } from './session.js';

describe('a session', () => {
  it('comes back from its own cookie', () => {
    const cookie = signInCookie('Ann & Bob').split(';')[0];
    expect(signedInUser({ cookie: `x=y; ${cookie}` })).toBe('Ann & Bob');
  });

  it.each([undefined, '', 'x=y', 'bookinfo-user=', 'bookinfo-user=%zz'])('is none with the cookie %j', (cookie) => {
    expect(signedInUser({ cookie })).toBeUndefined();
  });

  it('takes only names that a header may carry', () => {
    expect(nameFromForm('username=jason')).toBe('jason');
    expect(nameFromForm('username=a%0d%0ax-evil%3A+1')).toBe('ax-evil: 1');
    expect(nameFromForm('username=%C3%A9')).toBeUndefined();
    expect(nameFromForm('')).toBeUndefined();
  });
});
