// The four metrics that every client pushes, and the two things besides them that Go can send: an exemplar and a native
// histogram.
package main

import "github.com/prometheus/client_golang/prometheus"

func contractMetrics() *prometheus.Registry {
	registry := prometheus.NewRegistry()
	registry.MustRegister(requests(nil), temperature(), durations(), sizes())
	return registry
}

// The counter carries an exemplar, which the protobuf and OpenMetrics formats transport.
func metricsWithExemplar() *prometheus.Registry {
	registry := prometheus.NewRegistry()
	exemplar := prometheus.Labels{"trace_id": "4bf92f3577b34da6"}
	registry.MustRegister(requests(exemplar), temperature(), durations(), sizes())
	return registry
}

// Besides the four, one histogram without classic buckets.
func metricsWithNativeHistogram() *prometheus.Registry {
	registry := contractMetrics()
	native := prometheus.NewHistogram(prometheus.HistogramOpts{
		Name:                        "clients_native_seconds",
		Help:                        "Durations in a native histogram.",
		NativeHistogramBucketFactor: 1.1,
	})
	observe(native, 0.05, 0.5, 5, 50)
	registry.MustRegister(native)
	return registry
}

func requests(exemplar prometheus.Labels) prometheus.Collector {
	options := prometheus.CounterOpts{Name: "clients_requests_total", Help: "Requests."}
	family := prometheus.NewCounterVec(options, []string{"code"})
	counter := family.WithLabelValues("200")
	if exemplar == nil {
		counter.Add(3)
	} else {
		counter.(prometheus.ExemplarAdder).AddWithExemplar(3, exemplar)
	}
	return family
}

func temperature() prometheus.Collector {
	gauge := prometheus.NewGauge(prometheus.GaugeOpts{Name: "clients_temperature_celsius", Help: "Temperature."})
	gauge.Set(-2.5)
	return gauge
}

func durations() prometheus.Collector {
	histogram := prometheus.NewHistogram(prometheus.HistogramOpts{
		Name:    "clients_duration_seconds",
		Help:    "Durations.",
		Buckets: []float64{0.1, 1, 10},
	})
	observe(histogram, 0.05, 0.5, 5, 50)
	return histogram
}

func sizes() prometheus.Collector {
	summary := prometheus.NewSummary(prometheus.SummaryOpts{
		Name:       "clients_size_bytes",
		Help:       "Sizes.",
		Objectives: map[float64]float64{0.5: 0.01, 0.9: 0.01},
	})
	observe(summary, 1, 2, 3)
	return summary
}

func observe(observer prometheus.Observer, values ...float64) {
	for _, value := range values {
		observer.Observe(value)
	}
}
