// Signing in with a token, which the page forgets at once: from then on the browser sends a cookie.
import { useState } from 'preact/hooks';
import { hasEnded, signIn } from './session.js';
import { Fault } from './ui/fault.js';

export function SignIn() {
  const [isBusy, setBusy] = useState(false);
  const [fault, setFault] = useState<unknown>(null);

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    setBusy(true);
    setFault(null);
    try {
      const form = new FormData(event.target as HTMLFormElement);
      await signIn(String(form.get('token')).trim());
    } catch (error) {
      setFault(error);
      setBusy(false);
    }
  }

  return (
    <main class="sign-in">
      <form onSubmit={submit}>
        <img src="/favicon.svg" alt="" width="40" height="40" />
        <h1>Gradus</h1>
        {hasEnded.value ? (
          <p class="notice is-warning" role="status">
            Your session is over. Sign in again: you come back to where you were.
          </p>
        ) : (
          <p class="faint">
            Sign in with a token: the one that npm start has printed, a key of yours, or a JWT.
          </p>
        )}
        <label for="token">Token</label>
        <input
          id="token"
          name="token"
          type="password"
          autocomplete="current-password"
          required
          autofocus
          aria-invalid={fault !== null}
        />
        {fault !== null && <Fault error={fault} />}
        <button type="submit" class="primary" disabled={isBusy}>
          {isBusy ? 'Signing in…' : 'Sign in'}
        </button>
        <p class="faint">
          No token yet? <a href="/docs">The API's documentation</a> takes none.
        </p>
      </form>
    </main>
  );
}
