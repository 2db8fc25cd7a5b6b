// Whether this Node takes a code cache: node check-cache.cjs BUNDLE CACHE. Runs nothing of the bundle.
'use strict';
const { readFileSync } = require('node:fs');
const { scriptOfBundle } = require('./run-bundle.cjs');

const [, , bundle, cache] = process.argv;
const script = scriptOfBundle(readFileSync(bundle, 'latin1'), readFileSync(cache));
if (script.cachedDataRejected !== false)
  throw new Error('Cannot use the code cache: expected one that this Node takes, found one that it refuses');
