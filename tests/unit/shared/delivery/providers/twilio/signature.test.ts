import fc from "fast-check";
import { getExpectedTwilioSignature } from "twilio/lib/webhooks/webhooks.js";
import { expect, it } from "vitest";
import { twilioSignatureCheck } from "#shared/delivery/providers/twilio/signature.ts";

const url = "https://comms.example.com/webhooks/twilio/status?tenant=acme&msg_id=m-1";
/** Few names, so that some occur several times. */
const entries = fc.array(fc.tuple(fc.constantFrom("To", "Body", "Body2", "a", "é", ""), fc.string({ maxLength: 5 })));

it("signs a form as the package does, which is given it field by field", () => {
  let repeated = 0;
  fc.assert(
    fc.property(entries, (form) => {
      const byName = Object.groupBy(form, ([name]) => name);
      const parameters = Object.fromEntries(
        Object.entries(byName).map(([name, same]) => {
          const values = same.map(([, value]) => value);
          return [name, values.length === 1 ? values[0] : values];
        }),
      );
      if (form.length > Object.keys(parameters).length) repeated++;
      const check = twilioSignatureCheck({
        signature: getExpectedTwilioSignature("token", url, parameters),
        url,
        fields: new URLSearchParams(form),
      });
      expect([check("token"), check("another token")]).toEqual([true, false]);
    }),
  );
  expect(repeated).toBeGreaterThan(10);
});

it.each([undefined, "", "x", ["a", "b"], `${"é".repeat(27)}=`])("has no form signed with %j", (signature) => {
  expect(twilioSignatureCheck({ signature, url, fields: new URLSearchParams({ a: "1" }) })("token")).toBe(false);
});
