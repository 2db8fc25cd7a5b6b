#!/var/lang/bin/node
// The extension of the small layer, run by the Node of a Node.js function. Anything may be that Node: this file is written
// for very old ones too, and if it is too old for Sluice, the function continues without it.
'use strict';
var OLDEST_MAJOR = 24;
var BUNDLE = '/opt/sluice/lambda.cjs';

if (Number(process.versions.node.split('.')[0]) >= OLDEST_MAJOR) require(BUNDLE);
else standBy();

/** A registered extension that ended would end the function's environment: stay, and do nothing until the end. */
function standBy() {
  var wanted = `a Node.js ${OLDEST_MAJOR} function or a layer that brings its own Node`;
  var reason = `Cannot take pushes: expected ${wanted}, found Node ${process.versions.node}`;
  console.log(
    JSON.stringify({
      level: 'error',
      time: new Date().toISOString(),
      reason: reason,
      event: 'extensionCannotStart',
    }),
  );
  var name = process.env.SLUICE_EXTENSION_NAME || 'sluice';
  call('POST', '/register', { 'lambda-extension-name': name }, '{"events":["SHUTDOWN"]}', (headers) => {
    call(
      'GET',
      '/event/next',
      { 'lambda-extension-identifier': headers['lambda-extension-identifier'] },
      '',
      end,
    );
  });
}

function call(method, path, headers, body, then) {
  var address = process.env.AWS_LAMBDA_RUNTIME_API.split(':');
  var options = {
    host: address[0],
    port: address[1],
    method: method,
    path: `/2020-01-01/extension${path}`,
    headers: headers,
    agent: false,
  };
  // biome-ignore lint/style/useNodejsImportProtocol: Node 12 does not know the prefix
  var request = require('http').request(options, (response) => {
    response.resume();
    response.on('end', () => {
      then(response.headers);
    });
  });
  request.on('error', end);
  request.end(body);
}

function end() {
  process.exit(0);
}
