// How the command ends: one table for all commands, told by --help.

export const EXIT = {
  fine: 0,
  /** The program cannot start, a configuration cannot be used, a push is refused for good, or nobody is ready. */
  failed: 1,
  usage: 2,
  lost: 3,
  /** A push was not taken in time. */
  late: 4,
  /** A push was taken, and not delivered in the time that was to be waited for it. */
  pending: 5,
} as const;
