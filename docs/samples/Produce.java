import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Writes events to comms.events: java -cp 'jars/*' Produce.java event.json … */
public class Produce {
  static final Map<String, String> ENV = System.getenv();
  static final ObjectMapper JSON = new ObjectMapper();

  public static void main(String[] paths) throws Exception {
    String topic = ENV.getOrDefault("COMMS_TOPIC_PREFIX", "") + "comms.events";
    JsonNode latest = JSON.readTree(fromRegistry("/subjects/" + topic + "-value/versions/latest"));
    Schema schema = new Schema.Parser().parse(latest.get("schema").asText());
    try (var producer = new KafkaProducer<>(settings(), new StringSerializer(), new ByteArraySerializer())) {
      for (String path : paths) {
        JsonNode event = JSON.readTree(Path.of(path).toFile());
        String tenant = event.path("tenant_id").asText("default");
        byte[] value = framed(latest.get("id").asInt(), recordOf(event, schema), schema);
        var record = new ProducerRecord<>(topic, tenant + "/" + event.get("cause_ref").asText(), value);
        record.headers().add("ce_source", "sample-java".getBytes(StandardCharsets.UTF_8));
        record.headers().add("traceparent", ("00-" + hex(16) + "-" + hex(8) + "-01").getBytes(StandardCharsets.UTF_8));
        var place = producer.send(record).get(); // throws where the record is not on the log
        System.out.printf("written to %s, partition %d, offset %d%n", topic, place.partition(), place.offset());
      }
    }
  }

  /** What is not set here has the schema's default. */
  static GenericRecord recordOf(JsonNode event, Schema schema) {
    List<GenericRecord> actors = new ArrayList<>();
    Schema actor = schema.getField("actors").schema().getElementType();
    for (JsonNode one : event.get("actors")) {
      var builder = new GenericRecordBuilder(actor);
      actors.add(builder.set("role", one.get("role").asText()).set("user_id", one.get("user_id").asText()).build());
    }
    return new GenericRecordBuilder(schema)
        .set("tenant_id", event.path("tenant_id").asText("default"))
        .set("name", event.get("name").asText())
        .set("cause_ref", event.get("cause_ref").asText())
        .set("occurred_at", millisOf(event, "occurred_at"))
        .set("send_at", millisOf(event, "send_at"))
        .set("expires_at", millisOf(event, "expires_at"))
        .set("actors", new GenericData.Array<>(schema.getField("actors").schema(), actors))
        .set("payload", event.get("payload").toString())
        .build();
  }

  /** A time of the event in milliseconds; null where it is left out. */
  static Long millisOf(JsonNode event, String field) {
    return event.hasNonNull(field) ? Instant.parse(event.get(field).asText()).toEpochMilli() : null;
  }

  /** A zero byte, the schema's id in four, then Avro: what Confluent's KafkaAvroSerializer writes too. */
  static byte[] framed(int id, GenericRecord record, Schema schema) throws Exception {
    var bytes = new ByteArrayOutputStream();
    var head = new DataOutputStream(bytes);
    head.writeByte(0);
    head.writeInt(id);
    var encoder = EncoderFactory.get().binaryEncoder(bytes, null);
    new GenericDatumWriter<GenericRecord>(schema).write(record, encoder);
    encoder.flush();
    return bytes.toByteArray();
  }

  static Properties settings() throws Exception {
    var found = new Properties();
    found.put("bootstrap.servers", ENV.get("COMMS_BOOTSTRAP_SERVERS"));
    found.put("acks", "all");
    found.put("security.protocol", ENV.getOrDefault("COMMS_KAFKA_SECURITY_PROTOCOL", "PLAINTEXT"));
    if (ENV.containsKey("COMMS_KAFKA_CA_FILE")) {
      found.put("ssl.truststore.type", "PEM");
      found.put("ssl.truststore.location", ENV.get("COMMS_KAFKA_CA_FILE"));
    }
    if (ENV.containsKey("COMMS_KAFKA_CERTIFICATE_FILE")) {
      found.put("ssl.keystore.type", "PEM");
      found.put("ssl.keystore.certificate.chain", textOf("COMMS_KAFKA_CERTIFICATE_FILE"));
      found.put("ssl.keystore.key", textOf("COMMS_KAFKA_KEY_FILE"));
    }
    if (ENV.containsKey("COMMS_KAFKA_USER")) {
      String login = "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"%s\" password=\"%s\";";
      found.put("sasl.mechanism", "SCRAM-SHA-512");
      found.put("sasl.jaas.config", login.formatted(ENV.get("COMMS_KAFKA_USER"), textOf("COMMS_KAFKA_PASSWORD_FILE")));
    }
    return found;
  }

  static String fromRegistry(String path) throws Exception {
    var client = HttpClient.newBuilder();
    if (ENV.containsKey("COMMS_SCHEMA_REGISTRY_CA_FILE")) client.sslContext(trusting("COMMS_SCHEMA_REGISTRY_CA_FILE"));
    var request = HttpRequest.newBuilder(URI.create(ENV.get("COMMS_SCHEMA_REGISTRY_URL") + path)).build();
    var answer = client.build().send(request, HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() != 200) throw new IllegalStateException(path + ": " + answer.body());
    return answer.body();
  }

  static SSLContext trusting(String variable) throws Exception {
    var store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    try (var file = Files.newInputStream(Path.of(ENV.get(variable)))) {
      for (var one : CertificateFactory.getInstance("X.509").generateCertificates(file)) {
        store.setCertificateEntry("ca" + store.size(), one);
      }
    }
    var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    var context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }

  static String textOf(String variable) throws Exception {
    return Files.readString(Path.of(ENV.get(variable))).strip();
  }

  static String hex(int bytes) {
    byte[] drawn = new byte[bytes];
    new SecureRandom().nextBytes(drawn);
    return HexFormat.of().formatHex(drawn);
  }
}
