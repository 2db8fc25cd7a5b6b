// Loads message types from the .proto files beside this file. Imports and options are read over: the needed files are
// named here, in full, so nothing is ever looked up on disk or on the network.
import { readFileSync } from 'node:fs';
import protobuf from 'protobufjs';

/** The type `name` (`package.Message`) out of `files`, paths below `proto/`. */
export function loadProtoType(files: readonly string[], name: string): protobuf.Type {
  const root = new protobuf.Root();
  for (const file of files) {
    const text = readFileSync(new URL(`./proto/${file}`, import.meta.url), 'utf8');
    protobuf.parse(text, root, { keepCase: true });
  }
  const timestamp = protobuf.common.get('google/protobuf/timestamp.proto');
  if (timestamp?.nested) root.addJSON(timestamp.nested);
  root.resolveAll();
  return root.lookupType(name);
}
