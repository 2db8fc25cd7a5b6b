// Command kubelet stands for the kubelet of a node that runs no containers. It answers the port forwarding of an API server
// with the kubelet's own streaming code; the port of every pod leads to one address of loopback, where the test has its program.
package main

import (
	"context"
	"crypto/tls"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"time"

	certutil "k8s.io/client-go/util/cert"
	"k8s.io/cri-streaming/pkg/streaming/portforward"
)

const (
	idleTimeout    = 4 * time.Hour
	streamTimeout  = 30 * time.Second
	headersTimeout = 10 * time.Second
)

// pods leads every port of every pod to one address.
type pods struct{ address string }

// PortForward carries one connection until either side ends it, as the container runtime does.
func (p pods) PortForward(_ context.Context, name string, _ string, port int32, stream io.ReadWriteCloser) error {
	defer stream.Close()
	connection, err := net.Dial("tcp4", p.address)
	if err != nil {
		return fmt.Errorf("failed to connect to port %d of %s: %w", port, name, err)
	}
	defer connection.Close()
	ended := make(chan error, 2)
	go carry(connection, stream, ended)
	go carry(stream, connection, ended)
	return <-ended
}

func carry(to io.Writer, from io.Reader, ended chan<- error) {
	_, err := io.Copy(to, from)
	ended <- err
}

func main() {
	address := flag.String("pods", "", "where connections to pods go, host:port")
	flag.Parse()
	// Standard input is closed when the test is gone.
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	log.Fatal(serve(pods{*address}))
}

func serve(forwarder pods) error {
	certificate, key, err := certutil.GenerateSelfSignedCertKey("127.0.0.1", nil, nil)
	if err != nil {
		return err
	}
	pair, err := tls.X509KeyPair(certificate, key)
	if err != nil {
		return err
	}
	routes := http.NewServeMux()
	routes.HandleFunc("/portForward/{namespace}/{pod}", func(w http.ResponseWriter, r *http.Request) {
		portforward.ServePortForward(w, r, forwarder, r.PathValue("pod"), "", &portforward.V4Options{},
			idleTimeout, streamTimeout, portforward.SupportedProtocols)
	})
	// Port forwarding takes the connection over from HTTP/1.1.
	listener, err := tls.Listen("tcp4", "127.0.0.1:0", &tls.Config{
		Certificates: []tls.Certificate{pair},
		NextProtos:   []string{"http/1.1"},
	})
	if err != nil {
		return err
	}
	fmt.Printf("listening on %s\n", listener.Addr())
	server := &http.Server{Handler: routes, ReadHeaderTimeout: headersTimeout}
	return server.Serve(listener)
}
