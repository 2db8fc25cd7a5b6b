// What --help prints for the command as a whole; `push` and `wait-ready` have a page of their own.

export const USAGE = `sluice forwards pushed metrics to a Prometheus remote-write backend.

usage: sluice [--config FILE]        run with a configuration file, or with one made of environment variables
       sluice check [--config FILE]  check a configuration; exit 0 when it can be used, 1 when not
       sluice dev                    run on 127.0.0.1:3030, or on LISTEN_ADDRESS, with an embedded development backend
       sluice push --job NAME        push metrics from standard input or a file; see sluice push --help
       sluice wait-ready             wait until a Sluice takes pushes; see sluice wait-ready --help
       sluice --version
       sluice --help

exit status: 0 stopped with nothing left to deliver outside the spool, or the check passed
             1 cannot start: configuration, files, or address
             2 wrong arguments
             3 stopped, and samples that had been accepted were lost, or a second signal left no time to tell
             push and wait-ready have a table of their own in their --help
`;
