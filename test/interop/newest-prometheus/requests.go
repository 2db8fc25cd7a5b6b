// What each request to the write handler asked for, and what it was answered.
package main

import (
	"net/http"
	"sync"
)

type answeredRequest struct {
	ContentType string `json:"contentType"`
	Version     string `json:"version"`
	Attempt     string `json:"attempt"`
	Status      int    `json:"status"`
	// The counts of what was written, as the answer says them; empty without.
	Samples    string `json:"samples"`
	Histograms string `json:"histograms"`
	Exemplars  string `json:"exemplars"`
}

type requestLog struct {
	next http.Handler
	// Held for reading by every write under way.
	writing  sync.RWMutex
	mutex    sync.Mutex
	requests []answeredRequest
}

func newRequestLog(next http.Handler) *requestLog {
	return &requestLog{next: next, requests: []answeredRequest{}}
}

func (l *requestLog) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	answer := &statusWriter{ResponseWriter: w, status: http.StatusOK}
	l.writing.RLock()
	defer l.writing.RUnlock()
	l.next.ServeHTTP(answer, r)
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.requests = append(l.requests, answeredRequest{
		ContentType: r.Header.Get("Content-Type"),
		Version:     r.Header.Get("X-Prometheus-Remote-Write-Version"),
		Attempt:     r.Header.Get("Retry-Attempt"),
		Status:      answer.status,
		Samples:     w.Header().Get("X-Prometheus-Remote-Write-Samples-Written"),
		Histograms:  w.Header().Get("X-Prometheus-Remote-Write-Histograms-Written"),
		Exemplars:   w.Header().Get("X-Prometheus-Remote-Write-Exemplars-Written"),
	})
}

// Calls `read` while nothing is being written: the write-ahead log cannot be read while it grows.
func (l *requestLog) betweenWrites(read func()) {
	l.writing.Lock()
	defer l.writing.Unlock()
	read()
}

func (l *requestLog) all() []answeredRequest {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return append([]answeredRequest{}, l.requests...)
}

type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}
