import { describe, expect, it } from "vitest";
import { dataValue, dataWithout, html, line, prose } from "#shared/domain/channel/content-part.ts";

const of = (text: string, data: Readonly<Record<string, string>> = {}) => ({ text: () => text, data: () => data });

describe("a part of a content", () => {
  it("of one line holds no break and no control character", () => {
    expect(line("subject")(of(" For Ada\r\nBcc: eve\u0000\u2028x  y "))).toBe("For Ada Bcc: eve x y");
  });

  it("of prose keeps its lines, without trailing blanks and with one empty line at most", () => {
    expect(prose("text")(of("a \u00a0\r\n\n\n\nb\tc\n"))).toBe("a\n\nb c");
  });

  it("of HTML is as it was filled, blank too", () => {
    expect(html(of(" <p>\r\n</p> "))).toBe(" <p>\r\n</p> ");
    expect(html(of(""))).toBe("");
  });

  it.each([line("subject"), prose("text")])("of text is not blank", (part) => {
    expect(() => part(of(" \n\u0000"))).toThrow(new Error("It is blank"));
  });

  it("of data is a value or null, or all values but one", () => {
    expect(dataValue("a")(of("", { a: "1", b: "2" }))).toBe("1");
    expect(dataValue("c")(of("", { a: "1" }))).toBeNull();
    expect(dataWithout("a")(of("", { a: "1", b: "2" }))).toEqual({ b: "2" });
    expect(dataWithout("c")(of("", { b: "2" }))).toEqual({ b: "2" });
  });
});
