// Why agents failed, the most common cause first, and which they were.
import { agentPath } from '../router.js';
import { Instant } from '../ui/instant.js';
import { counted, number } from '../words/numbers.js';
import { batchName } from '../words/statusText.js';
import { causesOf, type Failure } from './failures.js';

const SHOWN_CAUSES = 8;
const SHOWN_AGENTS = 50;

/** @param total how many agents have failed, of which all, or the latest, are told of */
export function FailureCauses({ failures, total }: { failures: readonly Failure[]; total: number }) {
  if (total === 0) return <p class="faint">No agent has failed.</p>;
  const causes = causesOf(failures);
  const most = causes[0]?.failures.length ?? 1;
  return (
    <>
      <ul class="causes">
        {causes.slice(0, SHOWN_CAUSES).map(({ text, failures: of }) => (
          <li key={text}>
            <details>
              <summary>
                <span class="cause-text">{text}</span>
                <b>{number(of.length)}</b>
                <i style={{ width: `${(of.length / most) * 100}%` }} />
              </summary>
              <ul>
                {of.slice(0, SHOWN_AGENTS).map(({ agentId, batchIndex, at }) => (
                  <li key={agentId}>
                    <a href={agentPath(agentId)} class="mono">
                      {agentId}
                    </a>{' '}
                    <span class="faint">
                      {batchName(batchIndex).toLowerCase()}, {at > 0 && <Instant at={at} />}
                    </span>
                  </li>
                ))}
                {of.length > SHOWN_AGENTS && (
                  <li class="faint">and {number(of.length - SHOWN_AGENTS)} more, in the batches below</li>
                )}
              </ul>
            </details>
          </li>
        ))}
      </ul>
      {causes.length > SHOWN_CAUSES && (
        <p class="faint">and {counted(causes.length - SHOWN_CAUSES, 'more cause')}</p>
      )}
      {failures.length < total && (
        <p class="faint">
          {number(failures.length)} of {number(total)} are grouped here so far.
        </p>
      )}
    </>
  );
}
