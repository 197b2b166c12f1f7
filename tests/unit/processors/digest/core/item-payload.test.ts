import { describe, expect, it } from "vitest";
import { countedOnly, cutPayload, itemBytesMax } from "#processors/digest/core/item-payload.ts";

const fields = ["sender_name", "excerpt", "thread_url"];
const shown = { sender_name: "Mill Lane", excerpt: "Shall we meet?", thread_url: "https://app.example.com/t/1" };

describe("the payload of an item [KV-06]", () => {
  it("is kept with the fields that the template shows", () => {
    const payload = JSON.stringify({ thread_id: "t", ...shown, filler: "x".repeat(256 * 1024) });
    expect(JSON.parse(cutPayload(payload, fields) ?? "")).toEqual(shown);
  });

  it.each([
    ["too long", { ...shown, thread_url: `https://app.example.com/${"é".repeat(itemBytesMax / 2)}` }],
    ["no plain value", { ...shown, excerpt: [["x"]] }],
  ])("is only counted where a field is %s", (_, payload) => {
    expect(cutPayload(JSON.stringify(payload), fields)).toBe(countedOnly);
  });

  it("is only counted where it is nested deep", () => {
    expect(cutPayload(`{"excerpt":${"[".repeat(60_000)}${"]".repeat(60_000)}}`, fields)).toBe(countedOnly);
  });

  it.each(["", "{", "null", "5", "[]"])("is none where it is %j", (payload) => {
    expect(cutPayload(payload, fields)).toBeUndefined();
  });
});
