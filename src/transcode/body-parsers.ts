// One parser for each format over the arena of the transcoder, made when the first body of its format comes.

import { ProtobufParser } from '../exposition/protobuf/protobuf-parser.ts';
import { OPEN_METRICS } from '../exposition/text/open-metrics.ts';
import { TextParser, type TextParserOptions } from '../exposition/text/text-parser.ts';
import type { ByteArena } from '../wire/byte-arena.ts';

export class BodyParsers {
  readonly #arena: ByteArena;
  readonly #options: TextParserOptions;
  readonly text: TextParser;
  #openMetrics: TextParser | undefined;
  #protobuf: ProtobufParser | undefined;

  constructor(arena: ByteArena, options: TextParserOptions) {
    this.#arena = arena;
    this.#options = options;
    this.text = new TextParser(arena, options);
  }

  get openMetrics(): TextParser {
    this.#openMetrics ??= new TextParser(this.#arena, this.#options, OPEN_METRICS);
    return this.#openMetrics;
  }

  get protobuf(): ProtobufParser {
    this.#protobuf ??= new ProtobufParser(this.#arena, this.#options);
    return this.#protobuf;
  }
}
