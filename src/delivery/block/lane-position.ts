// Where a lane stands in the spool.

/** All records of the lane before `position` are settled, and the first `samples` samples of the record at `position`. */
export interface LanePosition {
  readonly position: number;
  readonly samples: number;
  /** The form that its backend was sent pushes in, as a number: of another one `samples` says nothing. */
  readonly form?: number;
}
