import { describe, expect, test } from "vitest";
import { callerSettings } from "#shared/platform/config/caller-settings.ts";
import { drawApiKey } from "#shared/platform/crypto/api-key-secret.ts";

function issuesOf(key: string): readonly string[] {
  const read = callerSettings.read({ COMMS_API_KEY: key });
  return read.kind === "issues" ? read.issues : [];
}

describe("the key of a caller", () => {
  test("is any key that is drawn, whatever letters base64url gives it", () => {
    const refused = Array.from({ length: 200 }, () => drawApiKey().text).filter((text) => issuesOf(text).length > 0);
    expect(refused).toEqual([]);
  });

  test.each(["carillon_", "carillon_abcabcabcabc_short", "another"])(
    "is not %j, and the issue does not repeat it",
    (text) => expect(issuesOf(text)).toEqual(["COMMS_API_KEY: is not a key that `comms key create` made"]),
  );
});
