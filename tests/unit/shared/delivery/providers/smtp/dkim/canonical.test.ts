import { describe, expect, test } from "vitest";
import { relaxedBody, relaxedField, splitMail } from "#shared/delivery/providers/smtp/dkim/canonical.ts";

describe("relaxed canonicalisation (RFC 6376, 3.4)", () => {
  test("the RFC's own example", () => {
    const { fields, body } = splitMail(Buffer.from("A: X\r\nB : Y\t\r\n\tZ  \r\n\r\n C \r\nD \t E\r\n\r\n\r\n"));
    expect(fields.map(relaxedField)).toEqual(["a:X", "b:Y Z"]);
    expect(relaxedBody(body)).toBe(" C\r\nD E\r\n");
  });

  test.each([
    ["an empty body stays empty", "", ""],
    ["nothing but empty lines is empty", "\r\n \r\n\r\n", ""],
    ["a last line without an end gets one", "a", "a\r\n"],
    ["empty lines inside stay", "a\r\n\r\nb\r\n", "a\r\n\r\nb\r\n"],
    ["a non-breaking space is no blank", "a\u00a0\u00a0b\r\n", "a\u00a0\u00a0b\r\n"],
  ])("%s", (_, body, canonical) => {
    expect(relaxedBody(body)).toBe(canonical);
  });

  test("keeps every byte, and takes time that grows with the length alone", () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const { body } = splitMail(Buffer.concat([Buffer.from("A: b\r\n\r\n"), bytes]));
    expect(Buffer.from(body, "latin1")).toEqual(bytes);
    // Not toBe: the difference of two million characters takes minutes to print.
    expect(relaxedBody(`a${" ".repeat(2_000_000)}b`) === "a b\r\n").toBe(true);
  });
});
