import { describe, expect, it } from "vitest";
import { segments } from "#simulator/twilio/segments.ts";

describe("segments", () => {
  it.each([
    ["160 of GSM", "a".repeat(160), 1],
    ["161 of GSM", "a".repeat(161), 2],
    ["306 of GSM", "a".repeat(306), 2],
    ["307 of GSM", "a".repeat(307), 3],
    ["80 euro signs, two each", "€".repeat(80), 1],
    ["81 euro signs", "€".repeat(81), 2],
    ["70 of UCS-2", "ж".repeat(70), 1],
    ["71 of UCS-2", "ж".repeat(71), 2],
    ["36 emoji, two units each", "\u{1f600}".repeat(36), 2],
  ])("of %s", (_name, text, count) => {
    expect(segments(text)).toBe(count);
  });
});
