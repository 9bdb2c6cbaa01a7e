// `npm run release`: makes a version of the changesets; what it has changed is to be looked at and committed.
import { ROOT } from './bootstrap.mjs';
import { exitWith, Failure } from './failure.mjs';
import { run } from './run.mjs';
import { takeUpChangesets } from './takeUpChangesets.mjs';

try {
  const version = await takeUpChangesets(ROOT);
  // The lock file names the workspaces' versions.
  if ((await run('npm', ['install', '--package-lock-only', '--ignore-scripts'], { cwd: ROOT })) !== 0) {
    throw new Failure('lock-not-written', 'npm install failed; its output is above.');
  }
  console.log(`gradus | ${version}: read CHANGELOG.md, commit, and tag it v${version}`);
} catch (error) {
  exitWith(error);
}
