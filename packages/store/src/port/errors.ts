// What the store throws.
import type { PlanStatus } from '@gradus/domain';

/** Redis could not be reached, or did not answer in time. */
export class StoreUnavailable extends Error {
  readonly code = 'unavailable';
  constructor(cause: unknown) {
    super('the store cannot be reached', { cause });
    this.name = 'StoreUnavailable';
  }
}

/** The plan was made by a newer version than this process is: it was left alone, whatever was to be done to it. */
export class NewerPlan extends Error {
  readonly code = 'newer-plan';
  readonly planId: string;
  /** The layout that it has in the store. */
  readonly schema: number;
  /** That it has ended means the same in every version; any other state may be one that only a newer one knows. */
  readonly status: PlanStatus;
  constructor(planId: string, schema: number, status: PlanStatus) {
    super(`${planId} is of schema ${schema}, which only a newer version knows`);
    this.name = 'NewerPlan';
    this.planId = planId;
    this.schema = schema;
    this.status = status;
  }
}

/** A newer version has the data, and cannot share them with this one. */
export class NewerStore extends Error {
  readonly code = 'newer-store';
  constructor(schema: number, known: number) {
    super(
      `a newer version of Gradus works on these data: they are of schema ${schema}, and this version knows ${known}. Run the newer version`,
    );
    this.name = 'NewerStore';
  }
}
