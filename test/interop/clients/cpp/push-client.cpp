// A job in C++ that pushes once with prometheus-cpp and prints what the library told it, as one line of JSON. The library
// itself prints the text of a refusal before.
// Run as: push-client <host> <port[/path]> <verb> <job> <name=value>...
#include <prometheus/gateway.h>

#include <cstdlib>
#include <iostream>
#include <string>

#include "metrics.h"

namespace {

/** What the library returns for every status from 100 to 399. */
constexpr int kPushed = 200;

prometheus::Labels GroupingKey(int count, char** labels) {
  prometheus::Labels grouping;
  for (int i = 0; i < count; ++i) {
    const std::string label = labels[i];
    const auto end = label.find('=');
    grouping.emplace(label.substr(0, end), label.substr(end + 1));
  }
  return grouping;
}

int Push(prometheus::Gateway& gateway, const std::string& verb) {
  if (verb == "push") return gateway.Push();
  if (verb == "add") return gateway.PushAdd();
  std::cerr << "unknown verb " << verb << '\n';
  std::exit(2);
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 5) {
    std::cerr << "usage: push-client <host> <port[/path]> <verb> <job> <name=value>...\n";
    return 2;
  }
  prometheus::Gateway gateway{arguments[1], arguments[2], arguments[4], GroupingKey(count - 5, arguments + 5)};
  const auto registry = ContractMetrics();
  gateway.RegisterCollectable(registry);

  const int returned = Push(gateway, arguments[3]);
  if (returned == kPushed) {
    std::cout << R"({"ok":true,"error":""})" << '\n';
  } else {
    // The text of a refusal ends where the server ended it, perhaps inside a line.
    std::cout << '\n' << R"({"ok":false,"error":"returned )" << returned << R"("})" << '\n';
  }
  return 0;
}
