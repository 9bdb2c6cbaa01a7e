// What is around every page: where one can go, who is signed in, whether the api is heard of.
import type { ComponentChildren } from 'preact';
import { isConnected } from './api.js';
import { currentPage, type Page } from './router.js';
import { may, session, signOut } from './session.js';
import { switchTheme, theme } from './theme.js';
import { AlertIcon, MoonIcon, SunIcon } from './ui/icons.js';

const PAGES: readonly { to: string; name: string; holds: readonly Page['name'][] }[] = [
  { to: '/', name: 'Plans', holds: ['plans', 'plan', 'new'] },
  { to: '/agents', name: 'Agents', holds: ['agents', 'agent'] },
];

function Connection() {
  return (
    <span class={`connection ${isConnected.value ? 'is-live' : 'is-lost'}`} role="status">
      {isConnected.value ? 'Live' : 'Reconnecting…'}
    </span>
  );
}

export function Shell({ children }: { children: ComponentChildren }) {
  const { name } = currentPage();
  const other = theme.value === 'dark' ? 'light' : 'dark';
  return (
    <>
      <a class="skip" href="#main">
        To the content
      </a>
      <header class="top">
        <a class="brand" href="/">
          <img src="/favicon.svg" alt="" width="24" height="24" />
          Gradus
        </a>
        <nav aria-label="Pages">
          {PAGES.map(({ to, name: title, holds }) => (
            <a key={to} href={to} aria-current={holds.includes(name) ? 'page' : undefined}>
              {title}
            </a>
          ))}
        </nav>
        <nav class="beside" aria-label="Beside the console">
          {may('queues:admin') && <a href="/queues">Queues</a>}
          {may('queues:admin') && <a href="/metrics">Metrics</a>}
          <a href="/docs">API</a>
        </nav>
        <Connection />
        <button
          type="button"
          class="quiet"
          onClick={switchTheme}
          aria-label={`Switch to ${other}`}
          title={`Switch to ${other}`}
        >
          {theme.value === 'dark' ? <SunIcon /> : <MoonIcon />}
        </button>
        <span class="who" title={session.value?.scopes.join(', ')}>
          {session.value?.subject}
        </span>
        <button type="button" class="quiet" onClick={() => void signOut()}>
          Sign out
        </button>
      </header>
      {!isConnected.value && (
        <div class="banner" role="alert">
          <AlertIcon />
          The api does not answer. What is shown may be out of date; it is tried again by itself.
        </div>
      )}
      <main id="main" tabIndex={-1}>
        {children}
      </main>
    </>
  );
}
