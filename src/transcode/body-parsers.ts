// One parser for each format over the arena of the transcoder, made when the first body of its format comes.

import { ProtobufParser } from '../exposition/protobuf/protobuf-parser.ts';
import { OpenMetricsParser } from '../exposition/text/open-metrics-parser.ts';
import { TextParser, type TextParserOptions } from '../exposition/text/text-parser.ts';
import type { ByteArena } from '../wire/byte-arena.ts';

export class BodyParsers {
  readonly #arena: ByteArena;
  readonly #options: TextParserOptions;
  readonly text: TextParser;
  #openMetrics: OpenMetricsParser | undefined;
  #protobuf: ProtobufParser | undefined;

  constructor(arena: ByteArena, options: TextParserOptions) {
    this.#arena = arena;
    this.#options = options;
    this.text = new TextParser(arena, options);
  }

  get openMetrics(): OpenMetricsParser {
    this.#openMetrics ??= new OpenMetricsParser(this.#arena, this.#options);
    return this.#openMetrics;
  }

  get protobuf(): ProtobufParser {
    this.#protobuf ??= new ProtobufParser(this.#arena, this.#options);
    return this.#protobuf;
  }
}
