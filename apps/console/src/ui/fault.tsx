// What could not be done, and what can be done about it.
import { faultText } from '../words/faultText.js';
import { AlertIcon } from './icons.js';

export function Fault({ error, retry }: { error: unknown; retry?: (() => void) | undefined }) {
  return (
    <div class="notice is-alarm" role="alert">
      <AlertIcon />
      <p>{faultText(error)}</p>
      {retry && (
        <button type="button" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  );
}
