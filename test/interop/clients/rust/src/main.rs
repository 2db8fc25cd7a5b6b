//! A job in Rust that pushes once with the `prometheus` crate and prints the library's result, as one line of JSON.
//! Run as: push-client <base URL> <verb> <job> <name=value>...

mod metrics;
mod report;

use std::collections::HashMap;
use std::env;

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [base_url, verb, job, labels @ ..] = arguments.as_slice() else {
        panic!("usage: push-client <base URL> <verb> <job> <name=value>...");
    };
    let outcome = push(base_url, verb, job, grouping_key(labels));
    println!("{}", report::to_json(&outcome));
}

fn push(
    base_url: &str,
    verb: &str,
    job: &str,
    grouping: HashMap<String, String>,
) -> prometheus::Result<()> {
    let families = metrics::contract_metrics()?.gather();
    match verb {
        "push" => prometheus::push_metrics(job, grouping, base_url, families, None),
        "add" => prometheus::push_add_metrics(job, grouping, base_url, families, None),
        unknown => panic!("unknown verb {unknown:?}"),
    }
}

fn grouping_key(labels: &[String]) -> HashMap<String, String> {
    labels
        .iter()
        .filter_map(|label| label.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}
