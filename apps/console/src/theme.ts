// Light or dark: the system's, unless another was chosen here.
import { signal } from '@preact/signals';

/** public/theme.js reads it before the first paint. */
const KEY = 'gradus.theme';

type Theme = 'light' | 'dark';

const systemIsDark = matchMedia('(prefers-color-scheme: dark)');

function chosen(): Theme | null {
  const { theme } = document.documentElement.dataset;
  return theme === 'light' || theme === 'dark' ? theme : null;
}

/** What is shown now. */
export const theme = signal<Theme>(shown());

function shown(): Theme {
  return chosen() ?? (systemIsDark.matches ? 'dark' : 'light');
}

systemIsDark.addEventListener('change', () => {
  theme.value = shown();
});

/** Chooses the other one; the choice is given up where it is the system's again. */
export function switchTheme(): void {
  const next: Theme = theme.peek() === 'dark' ? 'light' : 'dark';
  const isTheSystems = (next === 'dark') === systemIsDark.matches;
  if (isTheSystems) delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = next;
  theme.value = next;
  try {
    if (isTheSystems) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, next);
  } catch {
    // A browser that keeps nothing: it holds for this page.
  }
}
