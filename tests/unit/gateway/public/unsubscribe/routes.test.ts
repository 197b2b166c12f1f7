import { describe, expect, it } from "vitest";
import { deriveId } from "#shared/domain/message/id.ts";
import { signUnsubscribe, type UnsubscribeClaim, unsubscribeKeys } from "#shared/platform/crypto/unsubscribe-token.ts";
import { AppError } from "#shared/platform/errors/app-error.ts";
import { type Bench, createBench, unsubscribeSecret } from "../../bench.ts";

const hash = `v1:dev:${"ab".repeat(32)}`;

function tokenOf({ clock }: Bench, more: Partial<UnsubscribeClaim> = {}, secret = unsubscribeSecret): string {
  const claim = {
    tenantId: "default",
    userId: "anna",
    channel: "email",
    addressHash: hash,
    scope: "category:booking",
    msgId: "m-1",
    expiresAt: clock.now() + 60_000,
  };
  return signUnsubscribe({ ...claim, ...more }, unsubscribeKeys(secret));
}

const get = (bench: Bench, token: string, headers = {}) => bench.app.inject({ url: `/unsubscribe/${token}`, headers });
interface Form {
  readonly payload?: string;
  readonly headers?: Record<string, string>;
}

const post = (bench: Bench, token: string, { payload = "", headers = {} }: Form = {}) =>
  bench.app.inject({ method: "POST", url: `/unsubscribe/${token}`, payload, headers });

/** The answer, with time moved on in small steps until it is there, for three seconds at most. */
async function afterTime<Answer>(bench: Bench, answer: Promise<Answer>): Promise<Answer> {
  let isThere = false;
  void answer.finally(() => {
    isThere = true;
  });
  for (let passed = 0; passed < 3_000 && !isThere; passed += 50) {
    await new Promise(setImmediate);
    await bench.clock.advance(50);
  }
  return answer;
}

const key = `default/EMAIL/${hash}/UNSUBSCRIBE/RECIPIENT/category:booking`;
const entry = {
  topic: "comms.suppression",
  key,
  value: {
    suppression_id: deriveId("suppression", key),
    tenant_id: "default",
    channel: "EMAIL",
    address_hash: hash,
    reason: "UNSUBSCRIBE",
    origin: "RECIPIENT",
    scope: "category:booking",
    msg_id: "m-1",
    evidence: "unsubscribe link",
  },
};

describe("GET /unsubscribe/{token}", () => {
  it("shows a page with one button, and changes nothing", async () => {
    const bench = createBench();
    const answer = await get(bench, tokenOf(bench));
    expect(answer.statusCode).toBe(200);
    expect(answer.headers["content-type"]).toBe("text/html; charset=utf-8");
    expect(answer.body).toContain('<form method="post"><button type="submit">Unsubscribe</button></form>');
    expect(answer.body).toContain("messages on your bookings");
    expect(bench.published).toEqual([]);
  });

  it("loads nothing, runs nothing, sets nothing, and keeps its address to itself", async () => {
    const bench = createBench();
    const answer = await get(bench, tokenOf(bench));
    expect(answer.headers).toMatchObject({
      "cache-control": "no-store",
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
    });
    expect(answer.headers["content-security-policy"]).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'$/,
    );
    expect(answer.headers["set-cookie"]).toBeUndefined();
    expect(answer.body).not.toMatch(/<script|src=|href=|\{\{/);
    expect(Buffer.byteLength(answer.body)).toBeLessThan(30_000);
  });

  it.each([
    ["es-MX,es;q=0.9,en;q=0.8", "es", "sus reservas"],
    ["de,fr-CA;q=0.5", "fr", "vos réservations"],
    ["de", "en", "your bookings"],
    ["__proto__,constructor", "en", "your bookings"],
  ])("speaks to %s in %s", async (language, lang, words) => {
    const bench = createBench();
    const { body } = await get(bench, tokenOf(bench), { "accept-language": language });
    expect(body).toContain(`<html lang="${lang}">`);
    expect(body).toContain(words);
  });

  it("says something of a scope that it has no words for", async () => {
    const bench = createBench();
    expect((await get(bench, tokenOf(bench, { scope: "category:<b>new" }))).body).toContain("messages of this kind");
  });
});

describe("POST /unsubscribe/{token}", () => {
  it.each([
    ["a mail client's form", "List-Unsubscribe=One-Click", { "content-type": "application/x-www-form-urlencoded" }],
    [
      "a mail client's multipart",
      '--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n',
      { "content-type": "multipart/form-data; boundary=x" },
    ],
    ["the page's button", "", { "content-type": "application/x-www-form-urlencoded" }],
    ["nothing in it", "", {}],
  ])("takes the address off the scope of the token, asked by %s", async (_how, payload, headers) => {
    const bench = createBench();
    const answer = await post(bench, tokenOf(bench), { payload, headers });
    expect([answer.statusCode, answer.headers.location, answer.headers["set-cookie"]]).toEqual([
      200,
      undefined,
      undefined,
    ]);
    expect(answer.body).toContain("You are unsubscribed");
    expect(bench.published).toMatchObject([{ ...entry, value: { ...entry.value, created_at: bench.clock.now() } }]);
  });

  it("does the same the second time, under the same key and id", async () => {
    const bench = createBench();
    const token = tokenOf(bench);
    await post(bench, token);
    await post(bench, token);
    expect(bench.published).toMatchObject([entry, entry]);
  });

  it("answers when the view holds the entry, and looks for the entry that it wrote", async () => {
    const asked: unknown[] = [];
    const bench = createBench({ holds: async (suppression) => asked.push(suppression) > 2 });
    const answer = post(bench, tokenOf(bench));
    const response = await afterTime(bench, answer);
    expect([response.statusCode, bench.late]).toEqual([200, []]);
    expect(response.body).not.toContain("within a minute");
    expect(asked).toMatchObject([entry.value, entry.value, entry.value]);
  });

  it.each([
    ["lacks the entry", async () => false],
    ["cannot be asked", () => Promise.reject(new AppError("REDIS_UNAVAILABLE", "away", { retryable: true }))],
    ["does not answer", () => new Promise<boolean>(() => {})],
  ])(
    "says after two seconds that it is in force within a minute where the view %s, and counts it",
    async (_, holds) => {
      const bench = createBench({ holds });
      const response = await afterTime(bench, post(bench, tokenOf(bench)));
      expect(response.statusCode).toBe(200);
      expect(response.body).toContain("in force within a minute");
      expect(bench.late).toHaveLength(1);
      expect(bench.published).toMatchObject([entry]);
    },
  );

  it("takes the whole of marketing back where the token says so", async () => {
    const bench = createBench();
    await post(bench, tokenOf(bench, { scope: "stream:marketing" }));
    expect(bench.published).toMatchObject([{ value: { scope: "stream:marketing" } }]);
  });

  it("says that it did not work while the log is away", async () => {
    const bench = createBench();
    bench.failures.push(new AppError("KAFKA_UNAVAILABLE", "away", { retryable: true }));
    const answer = await post(bench, tokenOf(bench));
    expect([answer.statusCode, answer.headers["retry-after"]]).toEqual([503, "5"]);
    expect(answer.body).toContain("Try again in a minute");
  });
});

describe.each(["GET", "POST"] as const)("%s with a token that does not hold", (method) => {
  it.each([
    ["has expired", (bench: Bench) => tokenOf(bench, { expiresAt: bench.clock.now() }), "too old"],
    ["another signed", (bench: Bench) => tokenOf(bench, {}, "another secret of some length"), "not complete"],
    ["was cut", (bench: Bench) => tokenOf(bench).slice(0, -4), "not complete"],
    ["was changed", (bench: Bench) => tokenOf(bench).replace("v1.main.", "v1.main.A"), "not complete"],
    ["is none", () => "%3Cscript%3E", "not complete"],
    ["is endless", () => "a".repeat(4_000), "not complete"],
  ])("that %s: a page says so, and nothing changes", async (_why, token, words) => {
    const bench = createBench();
    const answer = await bench.app.inject({ method, url: `/unsubscribe/${token(bench)}` });
    expect(answer.statusCode).toBe(400);
    expect(answer.headers["content-type"]).toContain("text/html");
    expect(answer.body).toContain(words);
    expect(answer.body).not.toContain("<script");
    expect(bench.published).toEqual([]);
  });
});
