// Runs before each test file of the project `road`.
import { refusePrograms } from './guards.ts';

refusePrograms();
