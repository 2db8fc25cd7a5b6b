// The image that holds nothing but the Lambda extension, without a container engine: its builder gets what it copies.
import { expect, it } from 'vitest';
import { copiesOf, parseDockerfile } from './dockerfile.ts';
import { readDocument } from './markdown.ts';

it('the builder of the Lambda image gets the built layers, which it copies, and nothing else', () => {
  const copies = parseDockerfile(readDocument('lambda/Dockerfile')).flatMap(copiesOf);
  const sources = copies.filter(({ from }) => from === undefined).flatMap((copy) => copy.sources);
  expect(sources).toEqual(['lambda/out']);
  // Next to the Dockerfile and with its name, it replaces .dockerignore, which lets no layer through.
  const lines = readDocument('lambda/Dockerfile.dockerignore')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  expect(lines).toEqual(['*', ...sources.map((source) => `!${source}`)]);
});
