import { describe, expect, it } from "vitest";
import { isRole, mayAs, roles } from "#shared/domain/access/role.ts";

describe("a role", () => {
  it("may do what those before it may, and nothing of those behind", () => {
    const may = roles.map((role) => roles.map((least) => mayAs(role, least)));
    expect(may).toEqual([
      [true, false, false],
      [true, true, false],
      [true, true, true],
    ]);
  });

  it("is one of three names, as they are written", () => {
    expect(["CommsViewer", "CommsEditor", "CommsApprover", "commsviewer", "", "constructor"].map(isRole)).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});
