// The first lines of the single executable: bundle and code cache lie in it as assets.
'use strict';
const { getRawAsset } = require('node:sea');
const { runBundle } = require('./run-bundle.cjs');

const source = Buffer.from(getRawAsset('lambda.cjs')).latin1Slice();
runBundle(source, Buffer.from(getRawAsset('lambda.cache')), require);
