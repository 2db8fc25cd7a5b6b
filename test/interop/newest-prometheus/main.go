// The receiving side of the newest Prometheus: its own remote write handler in front of its own storage, without the rest of
// the server, which takes long to build. Takes writes at /api/v1/write, shows all that is stored at /stored, prints its
// address, and ends when it gets SIGTERM or its standard input is closed.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	remoteapi "github.com/prometheus/client_golang/exp/api/remote"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/prometheus/storage/remote"
	"github.com/prometheus/prometheus/tsdb"
)

// Exemplars that are kept; the tests send a few.
const maxExemplars = 10_000

func main() {
	folder := flag.String("folder", "", "folder for the storage")
	accept := flag.String("accept", "both", "messages to accept: v1, v2 or both")
	window := flag.Duration("out-of-order-window", 0, "how late a sample may be")
	startZeros := flag.Bool("start-zeros", false, "store a zero at each start timestamp")
	flag.Parse()
	if err := run(*folder, *accept, *window, *startZeros); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(folder, accept string, window time.Duration, startZeros bool) error {
	messages, err := acceptedMessages(accept)
	if err != nil {
		return err
	}
	logger := slog.New(slog.NewTextHandler(os.Stderr, nil))
	options := tsdb.DefaultOptions()
	options.OutOfOrderTimeWindow = window.Milliseconds()
	options.EnableExemplarStorage = true
	options.MaxExemplars = maxExemplars
	options.EnableMetadataWALRecords = true
	options.EnableSTAsZeroSample = startZeros
	registry := prometheus.NewRegistry()
	db, err := tsdb.Open(folder, logger, registry, options, nil)
	if err != nil {
		return err
	}
	defer db.Close()
	write := remote.NewWriteHandler(logger, registry, db, messages, startZeros, false, true)
	return serve(db, filepath.Join(folder, "wal"), newRequestLog(write))
}

func serve(db *tsdb.DB, walFolder string, writes *requestLog) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("POST /api/v1/write", writes)
	mux.HandleFunc("GET /stored", func(w http.ResponseWriter, r *http.Request) {
		var all []series
		var err error
		writes.betweenWrites(func() {
			all, err = storedSeries(r.Context(), db, walFolder)
		})
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"series": all, "requests": writes.all()})
	})
	server := &http.Server{Handler: mux}
	fmt.Printf("listening on %s\n", listener.Addr())
	go func() {
		waitForEnd()
		_ = server.Shutdown(context.Background())
	}()
	if err := server.Serve(listener); err != http.ErrServerClosed {
		return err
	}
	return nil
}

func waitForEnd() {
	ended := make(chan os.Signal, 1)
	signal.Notify(ended, syscall.SIGTERM, syscall.SIGINT)
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		ended <- syscall.SIGTERM
	}()
	<-ended
}

func acceptedMessages(accept string) (remoteapi.MessageTypes, error) {
	switch accept {
	case "v1":
		return remoteapi.MessageTypes{remoteapi.WriteV1MessageType}, nil
	case "v2":
		return remoteapi.MessageTypes{remoteapi.WriteV2MessageType}, nil
	case "both":
		return remoteapi.MessageTypes{remoteapi.WriteV1MessageType, remoteapi.WriteV2MessageType}, nil
	}
	return nil, fmt.Errorf("Cannot accept messages %q: expected v1, v2 or both", accept)
}
