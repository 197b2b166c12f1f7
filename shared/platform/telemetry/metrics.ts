import { Registry } from "prom-client";
import { MetricFamily } from "./metric-family.ts";

/**
 * Every metric of Carillon, once: kind, labels, help. A name that is not here does not type-check. Base units, and no
 * ids in labels.
 */
export const metricDeclarations = {
  comms_stage_records_total: counter("Records that a stage is done with", "stage", "outcome"),
  comms_stage_duration_seconds: histogram(
    "Time from a record's delivery to its outputs' acknowledgement",
    latency(),
    "stage",
  ),
  comms_stage_in_flight_records: gauge("Records in hand, waiting and working", "stage"),
  comms_stage_trouble_total: counter(
    "Calls to a broker, a store or a provider that had to be made again",
    "stage",
    "code",
  ),
  comms_stage_ready: gauge("1 when the stage takes records", "stage"),
  comms_dead_letters_total: counter("Records written to a dead-letter topic", "stage", "topic", "reason"),
  comms_foreign_schema_records_total: counter(
    "Records refused because their writer's schema is no released version, each time they are read",
    "topic",
  ),
  comms_foreign_schema_versions: gauge("Versions in the registry that no release of ours has marked", "topic"),
  comms_set_aside_total: counter(
    "Records on topics that others write that went to a dead-letter topic, by their ce_source",
    "stage",
    "topic",
    "source",
  ),
  comms_dead_letter_fuse_blown: gauge("1 when the dead-letter fuse has stopped the stage", "stage"),
  comms_commits_total: counter("Offset commits", "stage", "outcome"),
  comms_rebalances_total: counter("Generations joined", "stage"),
  comms_consumer_lag_records: gauge(
    "Records between the committed position and the end of the topic",
    "group",
    "topic",
  ),
  comms_consumer_lag_seconds: gauge(
    "Age of the oldest record that the group has not committed, told by its members; that of intake also by a gateway",
    "group",
    "topic",
  ),
  comms_ledger_remainder: gauge("Records that the group has committed and that left no trace", "group", "topic"),
  comms_decisions_total: counter("Decisions on messages", "gate", "verdict", "reason", "channel"),
  comms_messages_total: counter("Reports on messages", "channel", "provider", "status"),
  comms_event_to_queue_seconds: histogram("From the event to the first send record", latency(0.15), "channel"),
  comms_queue_to_provider_seconds: histogram("From the first send record to the provider's yes", latency(1), "channel"),
  comms_provider_request_seconds: histogram("Provider calls", latency(), "channel", "provider", "outcome"),
  comms_breaker_state: gauge("0 closed, 0.5 half open, 1 open", "provider", "account"),
  comms_ambiguous_sends_total: counter(
    "Calls that may have been the second of their message, counted before the call",
    "channel",
  ),
  comms_push_tokens_invalid_total: counter("Push tokens that the provider refused for good", "code"),
  comms_views_ready: gauge("1 when a view in Redis may be trusted", "view"),
  comms_view_age_seconds: gauge(
    "How long ago the materializer was at the end of a view's topic, by Redis' clock",
    "view",
  ),
  comms_views_behind_total: counter("States that lacked records which were applied, when Redis came back", "view"),
  comms_views_restored_total: counter("Views made again from the log", "view"),
  comms_outbox_waiting: gauge(
    "Changes that are not on their topic yet, of the next 500, told by the relay that carries them",
  ),
  comms_outbox_oldest_seconds: gauge(
    "How long the oldest change has waited for its topic, told by the relay that carries them",
  ),
  comms_outbox_relay_seconds: histogram("From a change to its topic", latency(1)),
  comms_scheduled_items: gauge("Items that wait for their due time"),
  comms_scheduled_paused_items: gauge("Items that wait for a pause to end"),
  comms_scheduled_oldest_seconds: gauge("How long the most overdue item has been due"),
  comms_optout_late_total: counter("Opt-outs that the view did not hold within two seconds", "door"),
  comms_http_request_seconds: histogram("Requests to the gateway", latency(), "route", "status"),
  comms_http_auth_failures_total: counter("Requests to the gateway that were refused for their key", "cause"),
  comms_api_keys_age_seconds: gauge("How long ago the gateway has heard from the table of API keys what has changed"),
  comms_http_limits_alone: gauge(
    "1 while this gateway counts rates and wrong API keys by itself, because Redis does not answer; 0 while all gateways share them",
  ),
  comms_event_door_closed: gauge("1 while POST /v1/events answers 503 because nobody reads what it takes", "cause"),
  comms_http_connections_refused_total: counter(
    "Connections to the gateway that were closed without a request: all taken, the client's share taken, late, malformed",
    "cause",
  ),
  comms_provider_codes_unknown_total: counter("Webhooks with an event or a code that no table has", "provider", "code"),
  comms_provider_alerts_total: counter(
    "Answers and webhooks that say that something of ours is wrong",
    "channel",
    "provider",
    "level",
  ),
  comms_webhook_subscription_ended_total: counter("Subscriptions to a provider's reports that have ended", "provider"),
  comms_webhooks_refused_total: counter("Requests to a webhook that were refused", "provider", "code"),
  comms_tzdata_info: gauge("1; the label says which zone data is in force", "version"),
  comms_build_info: gauge("1; the labels say which build runs", "version", "node"),
} as const;

/** A declared metric. */
export type MetricName = keyof typeof metricDeclarations;
type Labels<Name extends MetricName> = Readonly<Record<(typeof metricDeclarations)[Name]["labels"][number], string>>;
type NamesOf<Kind extends string> = {
  [N in MetricName]: (typeof metricDeclarations)[N]["kind"] extends Kind ? N : never;
}[MetricName];

/** The metrics of a process. An undeclared name does not type-check. A label must hold no id, address or token. */
export interface Metrics {
  count<N extends NamesOf<"counter">>(name: N, labels: Labels<N>, by?: number): void;
  /**
   * Shows a counter at 0 before its first event: `increase()` of a series that begins at 1 is 0, so that no rule would see one
   * event. Whoever counts calls it at start for each set of labels that it knows.
   */
  expose<N extends NamesOf<"counter">>(name: N, ...labelSets: readonly Labels<N>[]): void;
  observe<N extends NamesOf<"histogram">>(name: N, labels: Labels<N>, value: number): void;
  set<N extends NamesOf<"gauge">>(name: N, labels: Labels<N>, value: number): void;
  /** No longer shows a gauge with these labels, until it is set again: what is not known is not shown. */
  remove<N extends NamesOf<"gauge">>(name: N, labels: Labels<N>): void;
  /** The value of one counter or gauge; for tests and the demo. */
  read<N extends NamesOf<"counter" | "gauge">>(name: N, labels: Labels<N>): Promise<number>;
  /** Prometheus text. */
  text(): Promise<string>;
}

/** One registry a process. Every stage that it hosts writes into it; a label names the stage. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const families = new Map<MetricName, MetricFamily>();
  for (const [name, declaration] of Object.entries(metricDeclarations))
    families.set(name as MetricName, new MetricFamily(name, declaration, registry));
  return {
    count: (name, labels, by = 1) => families.get(name)?.add(labels, by),
    expose: (name, ...labelSets) => {
      for (const labels of labelSets) families.get(name)?.add(labels, 0);
    },
    observe: (name, labels, value) => families.get(name)?.observe(labels, value),
    set: (name, labels, value) => families.get(name)?.set(labels, value),
    remove: (name, labels) => families.get(name)?.remove(labels),
    read: async (name, labels) => families.get(name)?.read(labels) ?? 0,
    text: () => registry.metrics(),
  };
}

function counter<const L extends readonly string[]>(help: string, ...labels: L) {
  return { kind: "counter", help, labels, buckets: [] as readonly number[] } as const;
}

function gauge<const L extends readonly string[]>(help: string, ...labels: L) {
  return { kind: "gauge", help, labels, buckets: [] as readonly number[] } as const;
}

function histogram<const L extends readonly string[]>(help: string, buckets: readonly number[], ...labels: L) {
  return { kind: "histogram", help, labels, buckets } as const;
}

/** Buckets in seconds; `bounds` adds one at each objective, so that the share within it can be read off. */
function latency(...bounds: readonly number[]): readonly number[] {
  const usual = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
  return [...new Set([...usual, ...bounds])].sort((a, b) => a - b);
}
