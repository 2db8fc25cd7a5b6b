//! The metrics that every client pushes, as far as this crate has them: it knows no summaries.

use prometheus::{Gauge, Histogram, HistogramOpts, IntCounterVec, Opts, Registry, Result};

pub fn contract_metrics() -> Result<Registry> {
    let registry = Registry::new();
    let requests = IntCounterVec::new(Opts::new("clients_requests_total", "Requests."), &["code"])?;
    requests.with_label_values(&["200"]).inc_by(3);
    registry.register(Box::new(requests))?;

    let temperature = Gauge::new("clients_temperature_celsius", "Temperature.")?;
    temperature.set(-2.5);
    registry.register(Box::new(temperature))?;

    let options = HistogramOpts::new("clients_duration_seconds", "Durations.");
    let durations = Histogram::with_opts(options.buckets(vec![0.1, 1.0, 10.0]))?;
    for seconds in [0.05, 0.5, 5.0, 50.0] {
        durations.observe(seconds);
    }
    registry.register(Box::new(durations))?;
    Ok(registry)
}
