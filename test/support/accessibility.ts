// What axe-core finds wrong with a page for those who do not see it, or not well.
import axe from 'axe-core';
import type { Page } from 'playwright-core';

/** @returns a line for each fault: the rule, and the first elements that break it */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  // A theme or a width that has just changed is in the next picture.
  await page.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
  );
  await page.evaluate(axe.source);
  const found = await page.evaluate(async () => {
    const { axe: inPage } = globalThis as unknown as {
      axe: {
        run: () => Promise<{
          violations: { id: string; nodes: { html: string; failureSummary: string }[] }[];
        }>;
      };
    };
    return (await inPage.run()).violations;
  });
  return found.map(({ id, nodes }) => {
    const some = nodes
      .slice(0, 3)
      .map(({ html, failureSummary }) => `${html.slice(0, 200)} ${failureSummary}`);
    return `${id}: ${some.join(' | ')}`;
  });
}
