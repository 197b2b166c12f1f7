import { describe, expect, it } from "vitest";
import { createCodeLabels } from "#processors/feedback/core/code-labels.ts";

describe("the label of a code that no table has", () => {
  it("is the code", () => {
    const labelOf = createCodeLabels();
    expect(["Bounce/Permanent/New", "30999", "Rendering Failure"].map((code) => labelOf("ses", code))).toEqual([
      "Bounce/Permanent/New",
      "30999",
      "Rendering Failure",
    ]);
  });

  it("is `other` for what is no code: labels hold no address", () => {
    const labelOf = createCodeLabels();
    expect(["ada@example.com", "+12125550100", "a\nb", "", "x".repeat(81)].map((code) => labelOf("ses", code))).toEqual(
      Array.from({ length: 5 }, () => "other"),
    );
  });

  it("is one of a hundred a provider, however many its account signs", () => {
    const labelOf = createCodeLabels();
    const labels = Array.from({ length: 5_000 }, (_, index) => labelOf("twilio", `s${index}`));
    expect(new Set(labels).size).toBe(101);
    expect(labelOf("twilio", "s7")).toBe("s7");
    expect(labelOf("ses", "s4999")).toBe("s4999");
  });
});
