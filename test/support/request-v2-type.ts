// The published message of remote write 2.0, straight from the official .proto file: the judge of what leaves.
import { readFileSync } from 'node:fs';
import protobuf from 'protobufjs';

const PROTO = new URL('../../src/devbackend/proto/io/prometheus/write/v2/types.proto', import.meta.url);

export const REQUEST_V2 = loadRequest();

function loadRequest(): protobuf.Type {
  const root = new protobuf.Root();
  protobuf.parse(readFileSync(PROTO, 'utf8'), root, { keepCase: true });
  root.resolveAll();
  return root.lookupType('io.prometheus.write.v2.Request');
}
