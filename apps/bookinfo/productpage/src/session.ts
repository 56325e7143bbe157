import type { IncomingHttpHeaders } from 'node:http';

const cookieName = 'bookinfo-user';
const maxName = 64;

/** The user of the session cookie; this sample believes anyone to be who they say. */
export function signedInUser(headers: IncomingHttpHeaders): string | undefined {
  for (const part of (headers.cookie ?? '').split(';')) {
    const [name, value = ''] = part.trim().split('=');
    if (name === cookieName) return cleanName(decode(value));
  }
  return undefined;
}

export function signInCookie(name: string): string {
  return `${cookieName}=${encodeURIComponent(name)}; Path=/; HttpOnly; SameSite=Lax`;
}

export function signOutCookie(): string {
  return `${cookieName}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0`;
}

/** The name that a login form sends, as a header may carry it; undefined if there is none. */
export function nameFromForm(body: string): string | undefined {
  return cleanName(new URLSearchParams(body).get('username') ?? '');
}

function cleanName(name: string): string | undefined {
  const clean = name.replace(/[^\x20-\x7e]/g, '').trim().slice(0, maxName);
  return clean === '' ? undefined : clean;
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return '';
  }
}
