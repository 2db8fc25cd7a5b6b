// The texts of --help.
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
             3 stopped, and samples that had been accepted were lost, or a second signal left no time to find out
             push and wait-ready have a table of their own in their --help
`;

export const PUSH_USAGE = `sluice push sends metrics from standard input or a file to Sluice, or to any Pushgateway.

usage: some-command | sluice push --job NAME [--label NAME=VALUE]...
       sluice push --job NAME --file FILE

  --job NAME            the job: first part of the grouping key, needed
  --label NAME=VALUE    one more label of the grouping key; may be given more than once, VALUE may be anything
  --file FILE           what to push; "-" is standard input, which is the default
  --format FORMAT       text (default), openmetrics, or protobuf (length-delimited)
  --url URL             where to push, up to /metrics; user:password@ in it is sent as basic authentication.
                        Default: SLUICE_URL, or else http://127.0.0.1:3030/pushgateway
  --wait DURATION       ask Sluice to answer when the backend has the samples, and wait for that, at least 1s
  --timeout DURATION    give up after so long, all attempts together, counted from the end of the input.
                        Default: 30s, and the time of --wait
  --header "NAME: VALUE"   one more header; @FILE reads them from a file, one a line, and keeps them out of the
                        list of programs
  --ca-file FILE        certificates (PEM) to trust for https instead of the usual ones
  --method METHOD       POST (default) or PUT; Sluice takes them as the same, a Pushgateway replaces the group on PUT
  --no-gzip             send as it is; by default 1 KiB and more is compressed
  --allow-empty         push even if there is nothing to push, which otherwise is an error
  -q, --quiet           print nothing about a push that fails; see the exit status
  -v, --verbose         print attempts and success
  -h, --help

5xx, 408, 429 and broken connections are tried again, with growing pauses, or when Retry-After says. If an answer was
lost, a repeated push may arrive twice. All of the input is read before anything is sent, 64 MiB at most.

exit status: 0 taken; with --wait: delivered to the backend
             1 not taken, and another attempt would not help: the server's reason is on standard error; or nothing could be read
             2 wrong arguments
             4 not taken in time: not reached, or no room until the timeout
             5 taken, but not delivered within --wait; it is still being sent
             130 or 143 ended by SIGINT or SIGTERM; what was sent by then may have been taken

sluice push does not see a failure of some-command: use "set -o pipefail", or write to a file and push that after success.
`;
