// The check-in: what an LCA calls.
import type { AgentReport, CheckInAnswer } from '@gradus/domain';
import type { Request } from './request.js';
import type { CallOptions } from './send.js';

/** What the answer of a check-in may take beyond its wait. */
const ANSWER_MS = 30_000;

/** The calls of an LCA. */
export function checkInCalls(request: Request) {
  return {
    /**
     * Reports in, lifecycle tasks and cancellations out. Tried again where no api answers, as repeated reports
     * change nothing.
     *
     * @param wait seconds (0–60) that the answer may be held open until there is work; default 0
     */
    checkIn: (
      lcaUuid: string,
      { reports, wait = 0 }: { reports: readonly AgentReport[]; wait?: number | undefined },
      options: CallOptions = {},
    ) =>
      request<CheckInAnswer>({
        ...options,
        timeoutMs: options.timeoutMs ?? wait * 1000 + ANSWER_MS,
        method: 'POST',
        path: `/lcas/${encodeURIComponent(lcaUuid)}/check-in`,
        query: { wait },
        json: { reports },
        isRepeatable: true,
      }),
  };
}
