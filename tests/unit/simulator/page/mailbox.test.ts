import { describe, expect, it } from "vitest";
import type { MailboxContent } from "#simulator/core/call.ts";
import type { CallEntry } from "#simulator/ledger/call-entry.ts";
import { createMailbox } from "#simulator/page/mailbox.ts";

const text: MailboxContent = { kind: "text", from: "+15005550006", text: "hi" };
const entry = (index: number, body_bytes = 10) => ({ call_id: `c-${index}`, body_bytes }) as CallEntry;

describe("the mailbox", () => {
  it("keeps the newest, bounded by number", () => {
    const mailbox = createMailbox();
    for (let index = 0; index < 600; index++) mailbox.add(entry(index), text);
    expect(mailbox.list()).toHaveLength(500);
    expect(mailbox.list()[0]?.entry.call_id).toBe("c-599");
    expect(mailbox.find("c-99")).toBeUndefined();
  });

  it("keeps the newest, bounded by bytes", () => {
    const mailbox = createMailbox();
    for (let index = 0; index < 10; index++) mailbox.add(entry(index, 4 * 1024 * 1024), text);
    expect(mailbox.list().map(({ entry }) => entry.call_id)).toEqual(["c-9", "c-8", "c-7", "c-6"]);
  });

  it("tells its watchers of what was taken, until they leave", () => {
    const mailbox = createMailbox();
    const seen: string[] = [];
    const stop = mailbox.watch(({ entry }) => seen.push(entry.call_id));
    mailbox.add(entry(1), text);
    mailbox.add(entry(2), undefined);
    stop();
    mailbox.add(entry(3), text);
    expect(seen).toEqual(["c-1"]);
  });
});
