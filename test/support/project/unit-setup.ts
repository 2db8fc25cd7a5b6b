// Runs before each test file of the project `unit`.
import { refusePrograms, refuseSockets } from './guards.ts';

refuseSockets();
refusePrograms();
