// How pushes are transcoded, from the configuration: with bounds that hold for every backend.
import type { Config } from '../config/config.ts';
import { uncompressedBudget } from '../delivery/block/batch.ts';
import type { IntakeEvents } from '../telemetry/events.ts';
import { Transcoder } from '../transcode/transcoder.ts';

/** An encoded push may be this many times as large as the largest decoded body: each series carries its grouping key. */
const ENCODED_PER_DECODED = 4;

export function buildTranscoder(config: Config, events: IntakeEvents): Transcoder {
  const { push, metadataConfig, remoteWrite } = config;
  const { pushgateway } = push;
  return new Transcoder({
    ...pushgateway,
    // What no queue could hold need not be encoded to the end.
    maxEncodedBytes: Math.min(
      ENCODED_PER_DECODED * pushgateway.maxDecodedSize,
      Math.max(...remoteWrite.map(({ queueConfig }) => queueConfig.maxQueueSize)),
    ),
    // What is larger might not fit a request once it is compressed, after its push was acknowledged.
    maxSeriesBytes: Math.min(
      ...remoteWrite.map(({ queueConfig }) => uncompressedBudget(queueConfig.maxRequestBytes)),
    ),
    profiles: remoteWrite.map((backend) => ({
      exemplars: backend.sendExemplars,
      nativeHistograms: backend.sendNativeHistograms,
      classicHistograms: backend.sendClassicHistograms,
    })),
    startTimestamps: remoteWrite.some(({ messageVersion }) => messageVersion === 'V2.0'),
    metadataIntervalMs: metadataConfig.send ? metadataConfig.sendInterval : undefined,
    relabelDropped: (drops) => events.pushRelabelDropped(drops),
  });
}
