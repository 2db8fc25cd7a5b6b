// Builds the transcoder from the configuration, with limits that hold for every backend.
import type { Config } from '../config/config.ts';
import { uncompressedBudget } from '../delivery/block/batch.ts';
import type { IntakeEvents } from '../telemetry/events.ts';
import { Transcoder } from '../transcode/transcoder.ts';

/** How many times as large as a decoded body an encoded push may be, since each series carries its grouping key. */
const ENCODED_PER_DECODED = 4;

export function buildTranscoder(config: Config, events: IntakeEvents): Transcoder {
  const { push, metadataConfig, remoteWrite } = config;
  const { pushgateway } = push;
  return new Transcoder({
    ...pushgateway,
    // A push that no queue can hold need not be encoded to its end.
    maxEncodedBytes: Math.min(
      ENCODED_PER_DECODED * pushgateway.maxDecodedSize,
      Math.max(...remoteWrite.map(({ queueConfig }) => queueConfig.maxQueueSize)),
    ),
    // A larger series might not fit into a request after its push was acknowledged, since it may not compress.
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
