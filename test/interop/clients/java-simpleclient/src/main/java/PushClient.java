// A job in Java that pushes once with simpleclient and prints the library's result, as one line of JSON.
// Run as: java PushClient <base URL> <verb> <job> <name=value>...

import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.exporter.PushGateway;
import java.io.IOException;
import java.net.URL;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

public final class PushClient {
  public static void main(String[] arguments) {
    if (arguments.length < 3) {
      throw new IllegalArgumentException("usage: PushClient <base URL> <verb> <job> <name=value>...");
    }
    List<String> labels = List.of(arguments).subList(3, arguments.length);
    try {
      push(new URL(arguments[0]), arguments[1], arguments[2], groupingKey(labels));
      System.out.println(Report.success());
    } catch (IOException error) {
      System.out.println(Report.failure(error));
    }
  }

  private static void push(URL base, String verb, String job, Map<String, String> grouping) throws IOException {
    PushGateway gateway = new PushGateway(base);
    CollectorRegistry registry = Metrics.contractMetrics();
    switch (verb) {
      case "push":
        gateway.push(registry, job, grouping);
        break;
      case "add":
        gateway.pushAdd(registry, job, grouping);
        break;
      default:
        throw new IllegalArgumentException("unknown verb " + verb);
    }
  }

  private static Map<String, String> groupingKey(List<String> labels) {
    Map<String, String> grouping = new LinkedHashMap<>();
    for (String label : labels) {
      int end = label.indexOf('=');
      grouping.put(label.substring(0, end), label.substring(end + 1));
    }
    return grouping;
  }
}
