// Makes a test fail that needs more than its project allows. Used by the setup files of the projects `unit` and `road`.
import { ChildProcess } from 'node:child_process';
import { Server, Socket } from 'node:net';

type Methods = Record<string, (...args: never[]) => unknown>;

export function refuseSockets(): void {
  refuse(
    Server.prototype,
    'listen',
    'A unit test opens no socket: import node:net, so that this file runs in "road"',
  );
  refuse(
    Socket.prototype,
    'connect',
    'A unit test opens no socket: import node:net, so that this file runs in "road"',
  );
}

export function refusePrograms(): void {
  const why = 'This test starts no program: import node:child_process, so that this file runs in "process"';
  refuse(ChildProcess.prototype, 'spawn', why);
}

function refuse(prototype: object, method: string, why: string): void {
  (prototype as Methods)[method] = () => {
    throw new Error(why);
  };
}
