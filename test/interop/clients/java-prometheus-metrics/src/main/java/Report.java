// What the library's user gets of a push, as a line of JSON.

final class Report {
  static String success() {
    return "{\"ok\":true,\"error\":\"\"}";
  }

  static String failure(Exception error) {
    return "{\"ok\":false,\"error\":\"" + escape(error.toString()) + "\"}";
  }

  private static String escape(String text) {
    StringBuilder escaped = new StringBuilder();
    for (char character : text.toCharArray()) {
      if (character == '"' || character == '\\') {
        escaped.append('\\').append(character);
      } else if (character < ' ') {
        escaped.append(String.format("\\u%04x", (int) character));
      } else {
        escaped.append(character);
      }
    }
    return escaped.toString();
  }

  private Report() {}
}
