// Makes the code cache while a layer is built: node warm-up.cjs BUNDLE CACHE, by the Node that will run the bundle. Lets the
// extension live once through all that it does, with a Lambda and a backend of its own, so that the cache knows its functions.
'use strict';
const { readFileSync, writeFileSync } = require('node:fs');
const { createServer, request } = require('node:http');
const { runBundle } = require('./run-bundle.cjs');

const [, , bundle, cache] = process.argv;
const BODY =
  '# TYPE built_total counter\nbuilt_total{kind="a"} 1\n# TYPE took_seconds gauge\ntook_seconds 0.25\n';
const MANY_MS = 60_000;

// What waits for ever is a defect of the build.
setTimeout(() => fail('it did not end'), MANY_MS).unref();
main().catch(fail);

async function main() {
  const backend = await listening((_, response) => response.writeHead(204).end());
  const listenPort = await freePort();
  const lambda = await listening(answerAsLambda(listenPort));
  Object.assign(process.env, {
    AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${lambda.address().port}`,
    LISTEN_ADDRESS: `127.0.0.1:${listenPort}`,
    REMOTE_WRITE_URL: `http://127.0.0.1:${backend.address().port}/api/v1/write`,
    SLUICE_LAMBDA_TELEMETRY_ADDRESS: 'localhost:0',
  });
  const exit = process.exit;
  process.exit = (code) => {
    if (code !== 0) fail(`it ended with ${code}`);
    writeFileSync(cache, script.createCachedData());
    exit(0);
  };
  const script = runBundle(readFileSync(bundle, 'latin1'), Buffer.alloc(0), require);
}

function answerAsLambda(listenPort) {
  let events = 0;
  return (asked, response) => {
    asked.resume();
    const path = asked.url;
    if (path.endsWith('/register')) {
      response.writeHead(200, { 'lambda-extension-identifier': 'one', 'content-type': 'application/json' });
      response.end('{"functionName":"f","functionVersion":"1","handler":"h"}');
    } else if (path.endsWith('/event/next')) {
      const event =
        ++events === 1
          ? invoke()
          : { eventType: 'SHUTDOWN', shutdownReason: 'SPINDOWN', deadlineMs: Date.now() + 2000 };
      const answer = () => response.end(JSON.stringify(event));
      if (events === 1) push(listenPort, answer);
      else answer();
    } else response.writeHead(202).end();
  };
}

function invoke() {
  return {
    eventType: 'INVOKE',
    deadlineMs: Date.now() + 3000,
    requestId: '00000000-0000-0000-0000-000000000001',
    invokedFunctionArn: 'arn:aws:lambda:eu-west-1:1:function:f',
    tracing: { type: 'X-Amzn-Trace-Id', value: 'x' },
  };
}

function push(port, then) {
  const path = '/pushgateway/metrics/job/build/instance/one';
  const pushed = request({ host: '127.0.0.1', port, path, method: 'POST' }, (answer) =>
    answer.resume().on('end', then),
  );
  pushed.on('error', fail).end(BODY);
}

function listening(answer) {
  return new Promise((resolve) => {
    const server = createServer(answer);
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}

async function freePort() {
  const server = await listening(() => undefined);
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function fail(reason) {
  process.stderr.write(`Cannot make the code cache: ${reason instanceof Error ? reason.stack : reason}\n`);
  process.reallyExit(1);
}
