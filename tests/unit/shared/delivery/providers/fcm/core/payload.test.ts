import { describe, expect, test } from "vitest";
import { catalogFolder } from "#catalog/event-catalog.ts";
import { compileSource } from "#shared/control/templates/compile.ts";
import { loadTemplateSources } from "#shared/control/templates/folder.ts";
import { pushMessage } from "#shared/delivery/providers/fcm/core/payload.ts";
import type { PushContent } from "#shared/domain/channel/push.ts";
import { fill } from "#shared/domain/template/fill.ts";
import { parseTemplate } from "#shared/domain/template/parsed.ts";
import { exampleOf } from "#shared/domain/template/variables.ts";
import { aSend } from "../../../sender-bench.ts";

describe("the push message [PSH-03]", () => {
  const content: PushContent = {
    channel: "PUSH",
    title: "Hi",
    body: "There",
    data: { link: "/b/1", from: "x" },
    collapseKey: "booking-1",
  };

  test("carries words, collapse key and our ids, and nothing under a name of FCM's own", () => {
    const send = aSend();
    expect(pushMessage(send, content, "t")).toMatchObject({
      token: "t",
      notification: { title: "Hi", body: "There" },
      data: { link: "/b/1", msg_id: send.msg_id, tenant: "default" },
      android: { priority: "normal", collapseKey: "booking-1" },
      apns: { headers: { "apns-collapse-id": "booking-1" }, payload: { aps: { threadId: "booking-1" } } },
    });
    expect(pushMessage(send, content, "t").data).not.toHaveProperty("from");
  });

  test.each([
    ["booking-1", "booking-1"],
    [`booking-${"é".repeat(64)}`, `booking-${"é".repeat(28)}`],
    [`booking${"é".repeat(64)}`, `booking${"é".repeat(28)}`],
    ["\u{1f6ce}".repeat(17), "\u{1f6ce}".repeat(16)],
    [`x${"\u{1f6ce}".repeat(16)}`, `x${"\u{1f6ce}".repeat(15)}`],
    ["a".repeat(64), "a".repeat(64)],
    ["a".repeat(65), "a".repeat(64)],
  ])("a collapse id is cut to APNs' 64 bytes at a character's edge: %s", (collapseKey, expected) => {
    const headers = pushMessage(aSend(), { ...content, collapseKey }, "t").apns?.headers;
    expect(headers?.["apns-collapse-id"]).toBe(expected);
    expect(Buffer.byteLength(headers?.["apns-collapse-id"] ?? "")).toBeLessThanOrEqual(64);
  });

  test("is urgent where the message is critical", () => {
    const message = pushMessage(aSend({ critical: true }), { ...content, collapseKey: null }, "t");
    expect(message).toMatchObject({ android: { priority: "high" }, apns: { headers: { "apns-priority": "10" } } });
    expect(JSON.stringify(message)).not.toContain("collapse");
  });
});

describe("the push message of a person's language [PSH-03]", () => {
  const of = async (locale: string) => {
    const isWanted = ({ name, channel }: { readonly name: string; readonly channel: string }) =>
      name === "booking_confirmed_buyer" && channel === "PUSH";
    const source = loadTemplateSources(catalogFolder).find((one) => isWanted(one) && one.locale === locale);
    const result = source && (await compileSource(source));
    if (source === undefined || result?.kind !== "compiled") throw new Error(`No template in ${locale}`);
    const filled = fill(parseTemplate({ ...result.template, published_at: 0 }), exampleOf(source.manifest.variables));
    return pushMessage(aSend(), filled as PushContent, "t");
  };

  test.each([
    ["en-US", "Booking confirmed", /with Harbour Light Studio, Mar 14, 1:30/],
    ["es-US", "Reserva confirmada", /con Harbour Light Studio, 14 mar, 1:30/],
    ["fr-CA", "Réservation confirmée", /avec Harbour Light Studio, 14 mars, 13 h 30/],
  ])("has the words and the hour of %s; what an app reads is the same in each", async (locale, title, body) => {
    const message = await of(locale);
    expect(message.notification).toEqual({ title, body: expect.stringMatching(body) });
    expect(message.data).toEqual((await of("en-US")).data);
    expect(message.apns?.headers).toEqual((await of("en-US")).apns?.headers);
  });
});
