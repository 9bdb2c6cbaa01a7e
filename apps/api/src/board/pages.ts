// The board's own two pages, plain HTML without anything from elsewhere: signing in and signing out.
import { html } from 'hono/html';

type Html = ReturnType<typeof html>;

function page(title: string, content: Html): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; color-scheme: light dark; max-width: 24rem; margin: 15vh auto; padding: 0 1rem; }
label, input, button { display: block; width: 100%; box-sizing: border-box; font: inherit; margin: 0.5rem 0; }
input, button { padding: 0.5rem; }
[role="alert"] { border-left: 0.25rem solid #c0392b; padding-left: 0.75rem; }
</style>
</head>
<body>
<h1>${title}</h1>
${content}
</body>
</html>`;
}

/** @param message why the last attempt failed; null where there was none */
export function signInPage(action: string, message: string | null): Html {
  return page(
    'Gradus queues',
    html`${message === null ? '' : html`<p role="alert">${message}</p>`}
<form method="post" action="${action}">
<label for="token">Token with the scope queues:admin</label>
<input id="token" name="token" type="password" autocomplete="current-password" required autofocus>
<button>Sign in</button>
</form>`,
  );
}

export function signOutPage(action: string, back: string): Html {
  return page(
    'Sign out',
    html`<form method="post" action="${action}"><button>Sign out</button></form>
<p><a href="${back}">Back to the queues</a></p>`,
  );
}
