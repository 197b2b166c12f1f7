import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { render } from "#processors/renderer/core/render.ts";
import { parseTemplate } from "#shared/domain/template/parsed.ts";
import { template } from "../builders.ts";

const parsed = parseTemplate(template());

function refusal(payload: unknown) {
  const rendering = render(parsed, typeof payload === "string" ? payload : JSON.stringify(payload));
  return rendering.kind === "refusal" ? rendering.refusal : rendering.content;
}

describe("render", () => {
  it("fills the template, with and without what is optional", () => {
    expect(refusal({ name: "Inés", total: { amount_micros: 5_000_000, currency: "USD" } })).toEqual({
      channel: "SMS",
      text: "Hello Inés, $5.00",
    });
    expect(refusal({ name: "Inés", total: null, unknown: 1 })).toEqual({ channel: "SMS", text: "Hello Inés" });
  });

  it.each([{}, { name: null }, [], null, "no JSON {"])("names the required variable that %j lacks", (payload) => {
    expect(refusal(payload)).toEqual({
      gate: "variables",
      reason: "COMMS_TEMPLATE_MISSING_VAR",
      detail: "Missing: name",
    });
  });

  it("names every missing variable, also inside of a value", () => {
    expect(refusal({ total: {} })).toMatchObject({ detail: "Missing: name, amount_micros, currency" });
  });

  it("refuses a value of another kind, and a zone that is none, without saying the value", () => {
    expect(refusal({ name: ["canary"] })).toEqual({
      gate: "variables",
      reason: "COMMS_RENDER_FAILED",
      detail: "The payload at /name must be string",
    });
    expect(refusal({ name: "x", tz: "canary" })).toEqual({
      gate: "render",
      reason: "COMMS_RENDER_FAILED",
      detail: "The text could not be filled",
    });
  });

  it("answers any payload with words or a refusal, the same each time", () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (payload) => {
        expect(render(parsed, payload)).toEqual(render(parsed, payload));
      }),
    );
  });
});
