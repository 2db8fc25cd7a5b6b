// Makes a request of remote write 2.0 from a block of the internal form when the block is sent: queue, spool and isolation
// know only the internal form.
import { type Block, unsealBlock } from '../block.ts';
import { SnappyEncoder } from '../snappy-encoder.ts';
import type { FamilyRegistry } from './family-registry.ts';
import { RequestV2Translator } from './request-v2-translator.ts';

/** https://prometheus.io/docs/specs/prw/remote_write_spec_2_0/#protocol; receivers accept no space after the semicolon. */
const HEADERS_2_0 = Object.freeze({
  'content-encoding': 'snappy',
  'content-type': 'application/x-protobuf;proto=io.prometheus.write.v2.Request',
  'x-prometheus-remote-write-version': '2.0.0',
});

export interface BlockV2 extends Block {
  readonly exemplarCount: number;
}

/** One instance serves a backend, because translation is synchronous and its working memory is kept. */
export class BlockV2Sealer {
  readonly #snappy = new SnappyEncoder();
  readonly #translator: RequestV2Translator;

  /** `maxBytes` bounds a request before compression. */
  constructor(registry: FamilyRegistry, maxBytes: number) {
    this.#translator = new RequestV2Translator(registry, maxBytes);
  }

  /** Throws OutputLimitError if the request would be larger than `maxBytes`. */
  seal(block: Block): BlockV2 {
    const body = this.#snappy.encode(this.#translator.translate(unsealBlock(block), block.isBare !== true));
    const { exemplarCount } = this.#translator;
    return { body, sampleCount: block.sampleCount, headers: HEADERS_2_0, exemplarCount };
  }
}
