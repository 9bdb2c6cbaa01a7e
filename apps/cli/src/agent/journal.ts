// What the agent says of its doings, to whoever reads its output or the journal.
import type { Output } from '../output.js';

/** What it may be about, for programs. */
type About = 'ready' | 'registered' | 'task' | 'command' | 'trouble' | 'over';

export interface Journal {
  /** @param fields beside the text, in JSON */
  tell(about: About, text: string, fields?: Record<string, unknown>): void;
}

export function createJournal(out: Output): Journal {
  return {
    tell(about, text, fields = {}) {
      if (out.isJson) out.json({ type: about, at: new Date().toISOString(), text, ...fields });
      else if (about === 'trouble') out.notes(`gradus agent: ${text}`);
      else out.lines(text);
    },
  };
}
