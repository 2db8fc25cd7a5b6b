// The four metrics that every client pushes, and the native histograms that this library makes by default.

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.core.metrics.Summary;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

final class Metrics {
  static PrometheusRegistry contractMetrics() {
    PrometheusRegistry registry = othersThanHistograms();
    observe(durations().classicOnly().register(registry));
    return registry;
  }

  /** The histogram is both classic and native, as by default; a second one is native only. */
  static PrometheusRegistry withNativeHistograms() {
    PrometheusRegistry registry = othersThanHistograms();
    observe(durations().register(registry));
    observe(
        Histogram.builder()
            .name("clients_native_seconds")
            .help("Durations in a native histogram.")
            .nativeOnly()
            .register(registry));
    return registry;
  }

  private static PrometheusRegistry othersThanHistograms() {
    PrometheusRegistry registry = new PrometheusRegistry();
    Counter.builder()
        .name("clients_requests_total")
        .help("Requests.")
        .labelNames("code")
        .register(registry)
        .labelValues("200")
        .inc(3);
    Gauge.builder().name("clients_temperature_celsius").help("Temperature.").register(registry).set(-2.5);
    Summary sizes =
        Summary.builder()
            .name("clients_size_bytes")
            .help("Sizes.")
            .quantile(0.5, 0.01)
            .quantile(0.9, 0.01)
            .register(registry);
    for (double bytes : new double[] {1, 2, 3}) {
      sizes.observe(bytes);
    }
    return registry;
  }

  private static Histogram.Builder durations() {
    return Histogram.builder().name("clients_duration_seconds").help("Durations.").classicUpperBounds(0.1, 1, 10);
  }

  private static void observe(Histogram histogram) {
    for (double seconds : new double[] {0.05, 0.5, 5, 50}) {
      histogram.observe(seconds);
    }
  }

  private Metrics() {}
}
