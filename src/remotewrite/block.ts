// A sealed write request: opaque to queue, retry and disk.

export interface Block {
  /** The snappy-compressed `prometheus.WriteRequest`. */
  readonly body: Uint8Array;
  readonly sampleCount: number;
  /** To be sent without metadata: it may be what was refused. */
  readonly isBare?: true;
  /** Headers that describe the body; user and credential headers are added when it is sent. */
  readonly headers: Readonly<Record<string, string>>;
}
