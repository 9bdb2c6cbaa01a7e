// Rounds: whoever asks is answered by one that began after that.
import { expect, it } from 'vitest';
import { inRounds } from '../../packages/redis/src/rounds.js';

it('those who ask while a round is under way share the next one, and it begins when that one has ended', async () => {
  const rounds: { end: () => void; fail: (error: Error) => void }[] = [];
  const ask = inRounds(
    () => new Promise((resolve, reject) => rounds.push({ end: () => resolve(), fail: reject })),
  );
  const ended: string[] = [];
  const asked = (name: string) => ask().then(() => ended.push(name));
  const turn = () => new Promise((resolve) => setImmediate(resolve));

  const first = asked('first');
  await turn();
  const second = asked('second');
  const third = asked('third');
  await turn();
  expect(rounds.length).toBe(1);
  rounds[0]?.end();
  await first;
  await turn();
  expect(ended).toEqual(['first']);
  expect(rounds.length).toBe(2);
  rounds[1]?.end();
  await Promise.all([second, third]);
  expect(rounds.length).toBe(2);

  const failed = ask();
  await turn();
  rounds[2]?.fail(new RangeError('away'));
  await expect(failed).rejects.toThrow('away');
  const after = asked('after');
  await turn();
  rounds[3]?.end();
  await after;
});
