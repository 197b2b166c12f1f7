import { describe, expect, it } from "vitest";
import { canonical } from "#simulator/sns/envelope.ts";

const common = { MessageId: "id", TopicArn: "arn", Message: "text\nof two lines", Timestamp: "t" };

describe("canonical", () => {
  it("lists a notification's fields in byte order, without a subject that it has not", () => {
    const text = "Message\ntext\nof two lines\nMessageId\nid\nTimestamp\nt\nTopicArn\narn\nType\nNotification\n";
    expect(canonical({ Type: "Notification", ...common })).toBe(text);
    expect(canonical({ Type: "Notification", ...common, Subject: "s" })).toBe(
      text.replace("Timestamp", "Subject\ns\nTimestamp"),
    );
  });

  it.each(["SubscriptionConfirmation", "UnsubscribeConfirmation"] as const)("signs token and URL of a %s", (Type) => {
    expect(canonical({ Type, ...common, Token: "tok", SubscribeURL: "https://x" })).toBe(
      `Message\ntext\nof two lines\nMessageId\nid\nSubscribeURL\nhttps://x\nTimestamp\nt\nToken\ntok\nTopicArn\narn\nType\n${Type}\n`,
    );
  });
});
