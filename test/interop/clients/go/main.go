// A job in Go that pushes once with client_golang and prints the library's result, as one line of JSON.
// Run as: push-client <base URL> <verb> <job> <name=value>...
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/prometheus/client_golang/prometheus/push"
	"github.com/prometheus/common/expfmt"
)

type report struct {
	OK    bool   `json:"ok"`
	Error string `json:"error"`
}

func main() {
	if len(os.Args) < 4 {
		fmt.Fprintln(os.Stderr, "usage: push-client <base URL> <verb> <job> <name=value>...")
		os.Exit(2)
	}
	outcome := report{OK: true}
	if err := run(os.Args[1], os.Args[2], os.Args[3], os.Args[4:]); err != nil {
		outcome = report{Error: err.Error()}
	}
	if err := json.NewEncoder(os.Stdout).Encode(outcome); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(baseURL, verb, job string, labels []string) error {
	pusher := push.New(baseURL, job)
	for _, label := range labels {
		name, value, _ := strings.Cut(label, "=")
		pusher = pusher.Grouping(name, value)
	}
	switch verb {
	case "push":
		return pusher.Gatherer(contractMetrics()).Push()
	case "add":
		return pusher.Gatherer(contractMetrics()).Add()
	case "push-text":
		return pusher.Gatherer(contractMetrics()).Format(expfmt.NewFormat(expfmt.TypeTextPlain)).Push()
	case "push-openmetrics":
		return pusher.Gatherer(metricsWithExemplar()).Format(expfmt.NewFormat(expfmt.TypeOpenMetrics)).Push()
	case "push-exemplar":
		return pusher.Gatherer(metricsWithExemplar()).Push()
	case "push-native":
		return pusher.Gatherer(metricsWithNativeHistogram()).Push()
	case "delete":
		return pusher.Delete()
	default:
		fmt.Fprintf(os.Stderr, "unknown verb %q\n", verb)
		os.Exit(2)
		return nil
	}
}
