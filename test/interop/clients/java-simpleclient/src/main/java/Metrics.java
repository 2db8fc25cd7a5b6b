// The four metrics that every client pushes. The library adds a gauge ending in _created to three of them.

import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Counter;
import io.prometheus.client.Gauge;
import io.prometheus.client.Histogram;
import io.prometheus.client.Summary;

final class Metrics {
  static CollectorRegistry contractMetrics() {
    CollectorRegistry registry = new CollectorRegistry();
    Counter.build("clients_requests_total", "Requests.").labelNames("code").register(registry).labels("200").inc(3);
    Gauge.build("clients_temperature_celsius", "Temperature.").register(registry).set(-2.5);

    Histogram durations =
        Histogram.build("clients_duration_seconds", "Durations.").buckets(0.1, 1, 10).register(registry);
    for (double seconds : new double[] {0.05, 0.5, 5, 50}) {
      durations.observe(seconds);
    }

    Summary sizes =
        Summary.build("clients_size_bytes", "Sizes.").quantile(0.5, 0.01).quantile(0.9, 0.01).register(registry);
    for (double bytes : new double[] {1, 2, 3}) {
      sizes.observe(bytes);
    }
    return registry;
  }

  private Metrics() {}
}
