<?php
// A job in PHP that pushes once with guzzle and prints its result, as one line of JSON. It sends what promphp's push client
// documents: its path without any escaping, its content type, its text with php_info.
// Run as: php program.php <base URL> <verb> <job> <name=value>...

declare(strict_types=1);

require 'GuzzleHttp/autoload.php';

use GuzzleHttp\Client;

const METHODS = ['push' => 'PUT', 'add' => 'POST'];
const USAGE = "usage: program.php <base URL> <verb> <job> <name=value>...\n";

/** The metrics as promphp renders them: families by name, each with HELP and TYPE, labels in quotes. */
function exposition(): string
{
    $info = sprintf('php_info{version="%s"} 1', PHP_VERSION);
    return family('clients_duration_seconds', 'histogram', 'Durations.', [
        'clients_duration_seconds_bucket{le="0.1"} 1',
        'clients_duration_seconds_bucket{le="1"} 2',
        'clients_duration_seconds_bucket{le="10"} 3',
        'clients_duration_seconds_bucket{le="+Inf"} 4',
        'clients_duration_seconds_count 4',
        'clients_duration_seconds_sum 55.55',
    ])
        . family('clients_requests_total', 'counter', 'Requests.', ['clients_requests_total{code="200"} 3'])
        . family('clients_size_bytes', 'summary', 'Sizes.', [
            'clients_size_bytes{quantile="0.5"} 2',
            'clients_size_bytes{quantile="0.9"} 3',
            'clients_size_bytes_sum 6',
            'clients_size_bytes_count 3',
        ])
        . family('clients_temperature_celsius', 'gauge', 'Temperature.', ['clients_temperature_celsius -2.5'])
        . family('php_info', 'gauge', 'Information about the PHP environment.', [$info]);
}

/** @param array<string> $samples */
function family(string $name, string $type, string $help, array $samples): string
{
    return implode("\n", ["# HELP $name $help", "# TYPE $name $type", ...$samples]) . "\n";
}

/** @param array<string> $pairs */
function push(string $baseUrl, string $method, string $job, array $pairs): void
{
    $pieces = array_merge(['metrics', 'job', $job], ...array_map(fn ($pair) => explode('=', $pair, 2), $pairs));
    $client = new Client(['connect_timeout' => 10, 'timeout' => 20]);
    $response = $client->request($method, $baseUrl . '/' . implode('/', $pieces), [
        'headers' => ['Content-Type' => 'text/plain; version=0.0.4'],
        'body' => exposition(),
    ]);
    $status = $response->getStatusCode();
    if (!in_array($status, [200, 202], true)) {
        throw new RuntimeException("Unexpected status code $status received: " . $response->getBody());
    }
}

[, $baseUrl, $verb, $job] = array_pad($argv, 4, null);
if ($job === null || !isset(METHODS[$verb])) {
    fwrite(STDERR, USAGE);
    exit(2);
}
$report = ['ok' => true, 'error' => ''];
try {
    push($baseUrl, METHODS[$verb], $job, array_slice($argv, 4));
} catch (Throwable $error) {
    $report = ['ok' => false, 'error' => $error->getMessage()];
}
echo json_encode($report, JSON_THROW_ON_ERROR | JSON_INVALID_UTF8_SUBSTITUTE | JSON_UNESCAPED_SLASHES), "\n";
