// Which page is shown: it follows from the address, and links change that without loading anything.
import { signal } from '@preact/signals';

export type Page =
  | { name: 'plans' }
  | { name: 'plan'; planId: string }
  | { name: 'new' }
  | { name: 'agents' }
  | { name: 'agent'; agentId: string }
  | { name: 'unknown' };

const here = signal(new URL(location.href));

/** @returns the page at a path; `unknown` for paths that are not the console's */
function pageAt(path: string): Page {
  const [first = '', second, ...more] = path.replace(/^\/|\/$/g, '').split('/');
  if (more.length > 0) return { name: 'unknown' };
  if (first === '' && second === undefined) return { name: 'plans' };
  if (first === 'new' && second === undefined) return { name: 'new' };
  if (first === 'plans' && second !== undefined) return { name: 'plan', planId: decodeURIComponent(second) };
  if (first === 'agents') {
    return second === undefined ? { name: 'agents' } : { name: 'agent', agentId: decodeURIComponent(second) };
  }
  return { name: 'unknown' };
}

export function currentPage(): Page {
  return pageAt(here.value.pathname);
}

/** What a page keeps in the address, so that it can be sent to somebody. */
export function parameter(name: string): string {
  return here.value.searchParams.get(name) ?? '';
}

/** Keeps a value in the address without a new entry in the history; an empty one goes. */
export function setParameter(name: string, value: string): void {
  const next = new URL(here.peek());
  if (value === '') next.searchParams.delete(name);
  else next.searchParams.set(name, value);
  history.replaceState(null, '', next);
  here.value = next;
}

export function go(to: string): void {
  const next = new URL(to, location.href);
  if (next.href !== location.href) history.pushState(null, '', next);
  here.value = next;
  window.scrollTo(0, 0);
}

export const planPath = (planId: string) => `/plans/${encodeURIComponent(planId)}`;
export const agentPath = (agentId: string) => `/agents/${encodeURIComponent(agentId)}`;

/** Links to pages of the console change the page; all others, and those with a key held down, are the browser's. */
function follow(event: MouseEvent): void {
  const link = event.target instanceof Element ? event.target.closest('a') : null;
  const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  if (link === null || !isPlain || event.defaultPrevented || link.target !== '') return;
  const to = new URL(link.href, location.href);
  if (to.origin !== location.origin || pageAt(to.pathname).name === 'unknown') return;
  // Within the page, as the link past the navigation.
  if (link.getAttribute('href')?.startsWith('#')) return;
  event.preventDefault();
  go(to.href);
}

export function startRouter(): void {
  addEventListener('popstate', () => {
    here.value = new URL(location.href);
  });
  document.addEventListener('click', follow);
}
