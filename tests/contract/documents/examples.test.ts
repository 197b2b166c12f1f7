import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { loadEventCatalog } from "#catalog/event-catalog.ts";
import { checkEvent } from "#gateway/public/events/check-event.ts";
import type { Event } from "#shared/contracts/records.ts";
import { topicContracts } from "#shared/contracts/topic-contract.ts";
import { decideIntake } from "#shared/domain/event/decide-intake.ts";
import { fieldsOf } from "#shared/domain/json/readers.ts";
import { readPage } from "./page.ts";

/** Every event that a page shows is one that intake takes (F9). */

const catalog = loadEventCatalog();
const root = new URL("../../../", import.meta.url);

function issuesOf(event: Event): readonly string[] {
  const intake = decideIntake(event, { catalog, topic: "comms.events", now: event.occurred_at });
  return intake.kind === "rejected" ? intake.issues : [];
}

describe("an example", () => {
  const topics = topicContracts().filter(({ record }) => record === "Event");
  const files = topics.flatMap(({ topic, examples }) => examples.map((file) => `schemas/examples/${topic}/${file}`));

  it("of a topic's page is taken in", () => {
    expect(files.length).toBeGreaterThan(1);
    for (const file of files) {
      const event = JSON.parse(readFileSync(new URL(file, root), "utf8")) as Event;
      expect(issuesOf(event), file).toEqual([]);
    }
  });

  it("of a page is taken in over HTTP, and as the record that its Python client writes", () => {
    let found = 0;
    for (const page of ["README.md", ...readdirSync(new URL("docs", root)).map((name) => `docs/${name}`)]) {
      if (!page.endsWith(".md")) continue;
      for (const body of bodiesOf(readPage(page))) {
        found++;
        const now = Date.parse(String(fieldsOf(body)["occurred_at"]));
        expect(checkEvent(body, catalog, { tenantId: "default", now }), page).not.toHaveProperty("problem");
        expect(issuesOf(recordOf(body)), page).toEqual([]);
      }
    }
    expect(found).toBeGreaterThan(0);
  });
});

/** The bodies that a page writes to `event.json` by a shell's here-document. */
function bodiesOf(page: string): readonly object[] {
  return [...page.matchAll(/<<END\n(\{[\s\S]*?\})\nEND/g)].map(([, text = ""]) => {
    const filled = text
      .replace("$(date -u +%FT%TZ)", "2027-01-05T12:00:00Z")
      .replaceAll(/\$(run|user|cause)/g, "95057b");
    return JSON.parse(filled) as object;
  });
}

/** As the example for Kafka makes it: the time in milliseconds, the payload as a text, the schema's defaults. */
function recordOf(body: object): Event {
  const fields = fieldsOf(body) as unknown as Event;
  return {
    event_id: null,
    tenant_id: "default",
    source: "",
    correlation_id: null,
    category: null,
    priority: "UNKNOWN",
    expires_at: null,
    send_at: null,
    name: fields.name,
    cause_ref: fields.cause_ref,
    actors: fields.actors,
    occurred_at: Date.parse(String(fields.occurred_at)),
    payload: JSON.stringify(fields.payload),
  };
}
