// Puts each case of kafka.recorded.json through Kafka Connect's own transforms and writes what came of it beside the case:
//   java -cp 'lib/*' Recorder.java kafka.recorded.json
// where lib holds connect-runtime, connect-json, connect-transforms and what they need (mvn dependency:copy-dependencies).
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.header.Header;
import org.apache.kafka.connect.json.JsonConverter;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.storage.Converter;
import org.apache.kafka.connect.storage.StringConverter;
import org.apache.kafka.connect.transforms.Transformation;
import org.apache.kafka.connect.transforms.predicates.Predicate;

public class Recorder {
  static final ObjectMapper json = new ObjectMapper();

  public static void main(String[] args) throws Exception {
    File file = new File(args[0]);
    JsonNode root = json.readTree(file);
    for (JsonNode each : root.get("cases")) {
      ObjectNode test = (ObjectNode) each;
      try {
        test.set("answer", answer(test.get("config"), test.get("record")));
      } catch (Exception error) {
        test.set("answer", json.createObjectNode().put("error", error.getClass().getName()).put("message", error.getMessage()));
      }
    }
    json.writerWithDefaultPrettyPrinter().writeValue(file, root);
  }

  static Map<String, Object> below(JsonNode config, String prefix) {
    Map<String, Object> found = new HashMap<>();
    config.fields().forEachRemaining(entry -> {
      if (entry.getKey().startsWith(prefix)) found.put(entry.getKey().substring(prefix.length()), entry.getValue().asText());
    });
    return found;
  }

  static Converter converter(JsonNode config, String which, boolean isKey) {
    boolean isString = config.path(which).asText(isKey ? "String" : "Json").endsWith("StringConverter") || (isKey && !config.has(which));
    Converter converter = isString ? new StringConverter() : new JsonConverter();
    converter.configure(isString ? Map.of() : Map.of("schemas.enable", "false"), isKey);
    return converter;
  }

  static byte[] bytes(JsonNode node) {
    return node == null || node.isNull() ? null : node.asText().getBytes(StandardCharsets.UTF_8);
  }

  @SuppressWarnings("unchecked")
  static JsonNode answer(JsonNode config, JsonNode record) throws Exception {
    Object key = converter(config, "key.converter", true).toConnectData("t", bytes(record.get("key"))).value();
    Object value = converter(config, "value.converter", false).toConnectData("t", bytes(record.get("value"))).value();
    SinkRecord current = new SinkRecord(record.path("topic").asText("sink.default.ecs.v1"), record.path("partition").asInt(3), null, key, null, value,
        record.path("offset").asLong(42), record.path("timestamp").asLong(1700000000123L), TimestampType.LOG_APPEND_TIME);
    for (JsonNode header : record.path("headers")) current.headers().add(header.get(0).asText(), header.get(1).asText(), null);
    for (String alias : config.get("transforms").asText().split(",")) {
      Map<String, Object> options = below(config, "transforms." + alias + ".");
      Transformation<SinkRecord> transform = (Transformation<SinkRecord>) Class.forName((String) options.remove("type")).getDeclaredConstructor().newInstance();
      Object predicate = options.remove("predicate");
      Object negate = options.remove("negate");
      transform.configure(options);
      if (predicate != null) {
        Map<String, Object> asked = below(config, "predicates." + predicate + ".");
        Predicate<SinkRecord> test = (Predicate<SinkRecord>) Class.forName((String) asked.remove("type")).getDeclaredConstructor().newInstance();
        test.configure(asked);
        if (test.test(current) == "true".equals(negate)) continue;
      }
      current = transform.apply(current);
      if (current == null) return json.createObjectNode().put("leftOut", true);
    }
    ObjectNode result = json.createObjectNode().put("topic", current.topic()).put("timestamp", current.timestamp());
    result.set("key", datum(current.key()));
    result.set("value", datum(current.value()));
    ArrayNode headers = result.putArray("headers");
    for (Header header : current.headers()) headers.addArray().add(header.key()).add(datum(header.value()));
    return result;
  }

  /** As JSON text, so that no reader of this file takes 1.0 for 1. */
  static JsonNode datum(Object value) {
    if (value == null) return json.nullNode();
    if (value instanceof java.util.Date) return json.getNodeFactory().textNode("milliseconds " + ((java.util.Date) value).getTime());
    JsonConverter writer = new JsonConverter();
    writer.configure(Map.of("schemas.enable", "false"), false);
    return json.getNodeFactory().textNode(new String(writer.fromConnectData("t", null, value), StandardCharsets.UTF_8));
  }
}
