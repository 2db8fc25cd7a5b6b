// A job in Java that pushes once with prometheus-metrics and prints the library's result, as one line of JSON.
// Run as: java PushClient <host:port/path> <verb> <job> <name=value>...

import io.prometheus.metrics.exporter.pushgateway.Format;
import io.prometheus.metrics.exporter.pushgateway.PushGateway;
import java.io.IOException;
import java.util.List;

public final class PushClient {
  public static void main(String[] arguments) {
    if (arguments.length < 3) {
      throw new IllegalArgumentException("usage: PushClient <host:port/path> <verb> <job> <name=value>...");
    }
    PushGateway.Builder gateway = PushGateway.builder().address(arguments[0]).job(arguments[2]);
    for (String label : List.of(arguments).subList(3, arguments.length)) {
      int end = label.indexOf('=');
      gateway.groupingKey(label.substring(0, end), label.substring(end + 1));
    }
    try {
      push(gateway, arguments[1]);
      System.out.println(Report.success());
    } catch (IOException error) {
      System.out.println(Report.failure(error));
    }
  }

  private static void push(PushGateway.Builder gateway, String verb) throws IOException {
    switch (verb) {
      case "push":
        gateway.registry(Metrics.contractMetrics()).build().push();
        break;
      case "add":
        gateway.registry(Metrics.contractMetrics()).build().pushAdd();
        break;
      case "push-text":
        gateway.format(Format.PROMETHEUS_TEXT).registry(Metrics.contractMetrics()).build().push();
        break;
      case "add-text":
        gateway.format(Format.PROMETHEUS_TEXT).registry(Metrics.contractMetrics()).build().pushAdd();
        break;
      case "push-native":
        gateway.registry(Metrics.withNativeHistograms()).build().push();
        break;
      default:
        throw new IllegalArgumentException("unknown verb " + verb);
    }
  }
}
