// The published message of remote write 1.0, straight from the official .proto files: the judge of what leaves.
import { readFileSync } from 'node:fs';
import protobuf from 'protobufjs';

const PROTO_DIRECTORY = new URL('../../src/devbackend/proto/', import.meta.url);

export const WRITE_REQUEST = loadWriteRequest();

function loadWriteRequest(): protobuf.Type {
  const root = new protobuf.Root();
  for (const file of ['types.proto', 'remote.proto']) {
    protobuf.parse(readFileSync(new URL(file, PROTO_DIRECTORY), 'utf8'), root, { keepCase: true });
  }
  root.resolveAll();
  return root.lookupType('prometheus.WriteRequest');
}
