// Bounds the time until a request has a connection; from then on only its caller knows how long it may take.
import type { ClientRequest } from 'node:http';
import type { TLSSocket } from 'node:tls';

const CONNECT_TIMEOUT_MS = 10_000;

/** Destroys the request when its time is over. Returns what ends the limit. */
export function limitConnecting(request: ClientRequest, isTls: boolean): () => void {
  const timer = setTimeout(() => {
    request.destroy(new Error(`no connection within ${CONNECT_TIMEOUT_MS / 1000} s`));
  }, CONNECT_TIMEOUT_MS);
  const stop = () => clearTimeout(timer);
  request.once('socket', (socket) => {
    // Through a proxy it comes when all is done, and tells nothing more.
    if (isTls ? (socket as TLSSocket).authorized : !socket.connecting) stop();
    else socket.once(isTls ? 'secureConnect' : 'connect', stop);
  });
  return stop;
}
