// What the instances of one component run, as a bar over the versions and as numbers.
import { counted, number, percent } from '../words/numbers.js';
import { versionName } from '../words/versions.js';
import type { VersionCount } from './fleetVersions.js';

/** Versions with a colour of their own; all older ones share the last. */
const COLOURS = 7;
const SHOWN = 12;

interface VersionBarProps {
  componentName: string;
  counts: readonly VersionCount[];
  /** Only agents with this one are listed; empty: all. */
  chosen: string;
  onChoose: (version: string) => void;
}

function colourOf({ actualVersion }: VersionCount, rank: number): string {
  return actualVersion === null ? 'var(--version-unknown)' : `var(--version-${Math.min(rank, COLOURS - 1)})`;
}

export function VersionBar({ componentName, counts, chosen, onChoose }: VersionBarProps) {
  const total = counts.reduce((sum, { instances }) => sum + instances, 0);
  const told = counts
    .slice(0, SHOWN)
    .map((one) => `${versionName(one.actualVersion, one.actualRelease)} ${percent(one.instances, total)}`)
    .join(', ');
  return (
    <section class="card" aria-label={`Versions of ${componentName}`}>
      <header>
        <h2>{componentName}</h2>
        <span class="faint">{counted(total, 'instance')}</span>
      </header>
      <div class="version-bar" role="img" aria-label={told}>
        {counts.map((one, rank) => (
          <span
            key={`${one.actualVersion} ${one.actualRelease}`}
            title={`${versionName(one.actualVersion, one.actualRelease)}: ${number(one.instances)}`}
            style={{ flexGrow: one.instances, background: colourOf(one, rank) }}
          />
        ))}
      </div>
      <ul class="versions">
        {counts.slice(0, SHOWN).map((one, rank) => {
          const { actualVersion, actualRelease, instances } = one;
          const content = (
            <>
              <span class="swatch" style={{ background: colourOf(one, rank) }} />
              <b>{versionName(actualVersion, actualRelease)}</b>
              <span class="faint">
                {number(instances)} · {percent(instances, total)}
              </span>
            </>
          );
          return (
            <li key={`${actualVersion} ${actualRelease}`}>
              {actualVersion === null ? (
                <span class="version">{content}</span>
              ) : (
                <button
                  type="button"
                  class="version"
                  aria-pressed={actualVersion === chosen}
                  onClick={() => onChoose(actualVersion === chosen ? '' : actualVersion)}
                >
                  {content}
                </button>
              )}
            </li>
          );
        })}
        {counts.length > SHOWN && <li class="faint">and {counted(counts.length - SHOWN, 'version')} more</li>}
      </ul>
    </section>
  );
}
