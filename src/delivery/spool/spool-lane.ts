// One lane's view of the spool: its records, as pushes that its backend takes.
import type { EncodedSeries } from '../../remotewrite/encoded-series.ts';
import type { LanePosition } from '../block/lane-position.ts';
import type { LanePush, SpoolLane } from '../block/lane-push.ts';
import type { SpoolRecord } from './spool-reader.ts';
import type { LanePositions, SpoolStore } from './spool-store.ts';
import { decodeSpooledPush, partFor } from './spooled-push.ts';

export interface BackendSpool {
  readonly store: SpoolStore;
  readonly positions: LanePositions;
  readonly shards: number;
  /** What the backend takes, as records name it. */
  readonly profile: number;
  /** What is sent of an encoding, and a number that changes with it. */
  readonly form: number;
  adapt(encoded: EncodedSeries): EncodedSeries;
  /** The lane has got on. */
  onSettled(): void;
}

export function openSpoolLane(backend: BackendSpool, lane: number): SpoolLane {
  const { store, positions, shards, form } = backend;
  const wants = (shardHash: number) => shardHash % shards === lane;
  return {
    start: startOf(positions.laneAt(lane), form),
    get end() {
      return store.syncedEnd;
    },
    async read(from, maxBytes) {
      const { records, next } = await store.read(from, wants, maxBytes);
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

function readPush({ payload, position, end }: SpoolRecord, { profile, adapt }: BackendSpool): LanePush {
  const push = decodeSpooledPush(payload);
  const { job, receivedAtMs } = push;
  return { encoded: adapt(partFor(push, profile)), push: { job, receivedAtMs }, range: { position, end } };
}
