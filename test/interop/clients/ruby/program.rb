# A job in Ruby that pushes once with prometheus-client-mmap and prints what the library told it, as one line of JSON.
# Its Push renders counters and gauges only and fails at a histogram, so the text is what its exporter renders.
# Run as: ruby program.rb <base URL> <verb> <job> <name=value>...

require 'json'
require 'tmpdir'
require 'prometheus/client'
require 'prometheus/client/push'

module Prometheus::Client::Formats::Text
  def self.marshal(_registry)
    marshal_multiprocess
  end
end

# The gauge is the greatest of all processes', which keeps a label for the process off it.
def contract_metrics
  registry = Prometheus::Client::Registry.new
  registry.counter(:clients_requests_total, 'Requests.').increment({ code: '200' }, 3)
  registry.gauge(:clients_temperature_celsius, 'Temperature.', {}, :max).set({}, -2.5)
  durations = registry.histogram(:clients_duration_seconds, 'Durations.', {}, [0.1, 1, 10])
  [0.05, 0.5, 5, 50].each { |seconds| durations.observe({}, seconds) }
  sizes = registry.summary(:clients_size_bytes, 'Sizes.')
  [1, 2, 3].each { |bytes| sizes.observe({}, bytes) }
  registry
end

# The library knows the job and the instance. Other labels go into the address in front of the path that it appends, which
# costs a further label, metrics="metrics".
def gateway(base_url, job, labels)
  return base_url if labels.empty?

  [base_url, 'metrics', 'job', job, *labels.flatten, 'metrics'].join('/')
end

# The library raises nothing for a status that refuses the push: its user gets the response.
def report(response)
  return { ok: true, error: '' } if response.is_a?(Net::HTTPSuccess)

  { ok: false, error: "#{response.code} #{response.message}: #{response.body}" }
end

def push(base_url, verb, job, *pairs)
  labels = pairs.to_h { |pair| pair.split('=', 2) }
  instance = labels.delete('instance')
  client = Prometheus::Client::Push.new(job: job, instance: instance, gateway: gateway(base_url, job, labels))
  case verb
  when 'push' then report(client.replace(contract_metrics))
  when 'add' then report(client.add(contract_metrics))
  else abort "unknown verb #{verb}"
  end
end

abort 'usage: program.rb <base URL> <verb> <job> <name=value>...' if ARGV.size < 3

# Its metrics live in files, which nobody needs when the job is over.
Dir.mktmpdir('push-client') do |folder|
  ENV['prometheus_multiproc_dir'] = folder
  puts begin
    push(*ARGV).to_json
  rescue StandardError => e
    { ok: false, error: e.message }.to_json
  end
end
