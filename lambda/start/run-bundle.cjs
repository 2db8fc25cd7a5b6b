// Runs the bundle as a script with a code cache of its own. Without one, or with one of another V8, it runs all the same and
// is compiled first. Node's own compile cache is for files, and what a single executable carries is none.
'use strict';
const { Script, constants } = require('node:vm');

/** `source` is the bundle's text, all of it ASCII; an empty `cachedData` is none. */
function scriptOfBundle(source, cachedData) {
  return new Script(`(function (exports, require, module) {${source}\n})`, {
    filename: 'lambda.cjs',
    cachedData: cachedData.length > 0 ? cachedData : undefined,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
}

/** `load` is require() for the modules that are built in. Returns the script: its code cache has what ran until then. */
function runBundle(source, cachedData, load) {
  const script = scriptOfBundle(source, cachedData);
  const module = { exports: {} };
  script.runInThisContext()(module.exports, load, module);
  return script;
}

module.exports = { scriptOfBundle, runBundle };
