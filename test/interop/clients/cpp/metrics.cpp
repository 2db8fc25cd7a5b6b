// The four metrics that every client pushes.
#include "metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/summary.h>

using prometheus::Histogram;
using prometheus::Summary;

std::shared_ptr<prometheus::Registry> ContractMetrics() {
  auto registry = std::make_shared<prometheus::Registry>();
  prometheus::BuildCounter()
      .Name("clients_requests_total")
      .Help("Requests.")
      .Register(*registry)
      .Add({{"code", "200"}})
      .Increment(3);
  prometheus::BuildGauge()
      .Name("clients_temperature_celsius")
      .Help("Temperature.")
      .Register(*registry)
      .Add({})
      .Set(-2.5);

  auto& durations = prometheus::BuildHistogram()
                        .Name("clients_duration_seconds")
                        .Help("Durations.")
                        .Register(*registry)
                        .Add({}, Histogram::BucketBoundaries{0.1, 1, 10});
  for (const double seconds : {0.05, 0.5, 5.0, 50.0}) durations.Observe(seconds);

  auto& sizes = prometheus::BuildSummary()
                    .Name("clients_size_bytes")
                    .Help("Sizes.")
                    .Register(*registry)
                    .Add({}, Summary::Quantiles{{0.5, 0.01}, {0.9, 0.01}});
  for (const double bytes : {1.0, 2.0, 3.0}) sizes.Observe(bytes);
  return registry;
}
