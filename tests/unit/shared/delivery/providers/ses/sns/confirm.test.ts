import { MockAgent } from "undici";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createConfirmSubscription } from "#shared/delivery/providers/ses/sns/confirm.ts";

let agent: MockAgent;
beforeEach(() => {
  agent = new MockAgent();
  agent.disableNetConnect();
});
afterEach(() => agent.close());

const arn = "arn:aws:sns:eu-west-1:123456789012:topic";

function expectPost(origin: string, path: string, status: number): () => URLSearchParams {
  let sent = "";
  agent
    .get(origin)
    .intercept({ path, method: "POST" })
    .reply(status, ({ body }) => {
      sent = body as string;
      return "";
    });
  return () => new URLSearchParams(sent);
}

it.each([
  [arn, "https://sns.eu-west-1.amazonaws.com"],
  ["arn:aws-cn:sns:cn-north-1:123456789012:topic", "https://sns.cn-north-1.amazonaws.com.cn"],
])("%s is confirmed at its own region, by topic and token", async (topicArn, origin) => {
  const sent = expectPost(origin, "/", 200);
  await createConfirmSubscription({ dispatcher: agent })(topicArn, "token");
  expect(Object.fromEntries(sent())).toEqual({
    Action: "ConfirmSubscription",
    Version: "2010-03-31",
    TopicArn: topicArn,
    Token: "token",
  });
});

it("asks the configured origin instead", async () => {
  expectPost("http://127.0.0.1:9", "/sns", 200);
  await createConfirmSubscription({ dispatcher: agent, origin: "http://127.0.0.1:9/sns" })(arn, "token");
  agent.assertNoPendingInterceptors();
});

it.each([400, 302, 503])("is an outage where SNS answers %i, so that it asks again", async (status) => {
  expectPost("https://sns.eu-west-1.amazonaws.com", "/", status);
  const confirm = createConfirmSubscription({ dispatcher: agent });
  await expect(confirm(arn, "token")).rejects.toMatchObject({ code: "SNS_UNAVAILABLE", retryable: true });
});
