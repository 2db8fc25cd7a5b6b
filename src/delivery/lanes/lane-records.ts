// One lane's view of the log: its own records, as pushes that its backend takes.
import type { EncodedSeries } from '../../remotewrite/encoded-series.ts';
import type { LanePush, ReadPush } from '../block/lane-push.ts';
import type { LanePosition, LanePositions, LogRecord, PushLog } from '../block/push-log.ts';
import { decodePushRecord, partFor } from '../block/push-record.ts';

export interface LaneRecords {
  /** Where an earlier run left the lane. */
  readonly start: LanePosition;
  /** Everything before this position can be read. */
  readonly end: number;
  /** Pushes of the lane from a position on. `next` is where to go on; it is `end` if nothing is left. */
  read(
    from: number,
    maxBytes: number,
  ): Promise<{ readonly pushes: readonly ReadPush[]; readonly next: number }>;
  settle(at: LanePosition): void;
}

/** What the lanes of one backend share of the log. */
export interface BackendLog {
  readonly log: PushLog;
  readonly positions: LanePositions;
  readonly lanes: number;
  /** What the backend takes, as records name it. */
  readonly profile: number;
  /** A number that changes with what is sent of a push. */
  readonly form: number;
  /** What the backend is sent of a push; valid for as long as its argument. */
  adapt(encoded: EncodedSeries): LanePush['encoded'];
  /** A lane settled something. */
  onSettled(): void;
}

export function openLaneRecords(backend: BackendLog, lane: number): LaneRecords {
  const { log, positions, lanes, form } = backend;
  const wants = (shardHash: number) => shardHash % lanes === lane;
  return {
    start: startOf(positions.laneAt(lane), form),
    get end() {
      return log.storedEnd;
    },
    async read(from, maxBytes) {
      const { records, next } = await log.read(from, wants, maxBytes);
      const open = records.filter(({ shardHash, position }) => !positions.isSettled(shardHash, position));
      return { pushes: open.map((record) => readPush(record, backend)), next };
    },
    settle(at: LanePosition) {
      positions.settle(lane, { ...at, form });
      backend.onSettled();
    },
  };
}

/** A push that was delivered in part in another form is delivered as a whole: repeated is better than lost. */
function startOf(at: LanePosition, form: number): LanePosition {
  return at.form === form ? at : { position: at.position, samples: 0 };
}

function readPush({ payload, position, end }: LogRecord, { profile, adapt }: BackendLog): ReadPush {
  const push = decodePushRecord(payload);
  const { job, receivedAtMs } = push;
  const logged = partFor(push, profile);
  return {
    encoded: adapt(logged),
    push: { job, receivedAtMs },
    range: { position, end },
    loggedSamples: logged.sampleCount,
  };
}
