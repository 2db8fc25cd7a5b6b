// A push as a record of the log: version, time of receipt, job, and its encodings, each with the profile of the backends that
// it is for. The log finds damage, so what is read here is what this or an older version of Sluice wrote.
import type { BackendConfig } from '../../config/config.ts';
import type { EncodedSeries } from '../../remotewrite/encoded-series.ts';
import { readVarint, varintEnd, writeVarint } from '../../wire/varint.ts';
import type { OfferedPush } from './offered-push.ts';

const VERSION = 1;
/** Version, time and job length, and for each part its profile, flags, sample count and length. */
const HEAD_BYTES = 1 + 8 + 5;
const PART_BYTES = 1 + 1 + 5 + 5;
const HAS_START_TIMESTAMPS = 1;
/** A part that is for all backends. */
const FOR_ALL = 255;

export interface RecordPart {
  readonly profile: number;
  readonly encoded: EncodedSeries;
}

export interface LoggedPush {
  readonly job: string;
  readonly receivedAtMs: number;
  readonly parts: readonly RecordPart[];
}

/** `profiles` has a number below 255 for each backend: what it takes of a push. */
export function encodePushRecord(push: OfferedPush, profiles: readonly number[]): Buffer {
  const parts = partsOf(push, profiles);
  const job = Buffer.from(push.job);
  let bound = HEAD_BYTES + job.length;
  for (const { encoded } of parts) bound += PART_BYTES + encoded.bytes.length;
  const out = Buffer.allocUnsafe(bound);
  let at = out.writeUInt8(VERSION, 0);
  at = out.writeDoubleLE(push.receivedAtMs, at);
  at = writeVarint(out, at, job.length);
  at += job.copy(out, at);
  for (const { profile, encoded } of parts) {
    out[at++] = profile;
    out[at++] = encoded.hasStartTimestamps ? HAS_START_TIMESTAMPS : 0;
    at = writeVarint(out, at, encoded.sampleCount);
    at = writeVarint(out, at, encoded.bytes.length);
    out.set(encoded.bytes, at);
    at += encoded.bytes.length;
  }
  return out.subarray(0, at);
}

/** One part for all backends if they take the same, else one for each profile. */
function partsOf({ encoded }: OfferedPush, profiles: readonly number[]): readonly RecordPart[] {
  const [first] = encoded;
  if (encoded.every((each) => each === first)) return [{ profile: FOR_ALL, encoded: first! }];
  return [...new Set(profiles)].map((profile) => ({ profile, encoded: encoded[profiles.indexOf(profile)]! }));
}

/** The bytes of the parts are views of `record`. */
export function decodePushRecord(record: Uint8Array): LoggedPush {
  const bytes = Buffer.from(record.buffer, record.byteOffset, record.length);
  if (bytes[0] !== VERSION)
    throw new RangeError(`Cannot read spooled push: expected version ${VERSION}, found ${bytes[0]}`);
  const receivedAtMs = bytes.readDoubleLE(1);
  const jobStart = varintEnd(bytes, 9);
  const jobEnd = jobStart + readVarint(bytes, 9);
  const parts: RecordPart[] = [];
  for (let at = jobEnd; at < bytes.length; ) {
    const flagsAt = at + 1;
    const samplesAt = at + 2;
    const lengthAt = varintEnd(bytes, samplesAt);
    const start = varintEnd(bytes, lengthAt);
    const end = start + readVarint(bytes, lengthAt);
    const encoded = {
      bytes: bytes.subarray(start, end),
      sampleCount: readVarint(bytes, samplesAt),
      withheldHistograms: 0,
      hasStartTimestamps: (bytes[flagsAt]! & HAS_START_TIMESTAMPS) !== 0,
    };
    parts.push({ profile: bytes[at]!, encoded });
    at = end;
  }
  return { job: bytes.toString('utf8', jobStart, jobEnd), receivedAtMs, parts };
}

/** A number below 255 for what a backend takes of a push. */
export function profileNumber(backend: BackendConfig): number {
  const { sendExemplars, sendNativeHistograms, sendClassicHistograms } = backend;
  return Number(sendExemplars) + 2 * Number(sendNativeHistograms) + 4 * Number(sendClassicHistograms);
}

/** The part for backends with this profile; the first part if the record was written for a configuration without it. */
export function partFor({ parts }: LoggedPush, profile: number): EncodedSeries {
  const part = parts.find((candidate) => candidate.profile === profile) ?? parts[0];
  if (part === undefined) throw new RangeError('Cannot read spooled push: expected an encoding, found none');
  return part.encoded;
}
