import { describe, expect, it } from "vitest";
import { isCertificateUrl, regionOf } from "#shared/delivery/providers/ses/core/trust.ts";

describe("isCertificateUrl", () => {
  it.each([
    "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem",
    "https://sns.eu-central-2.amazonaws.com/SimpleNotificationService-ab.pem",
    "https://sns.us-gov-west-1.amazonaws.com/SimpleNotificationService-ab.pem",
    "https://sns.cn-north-1.amazonaws.com.cn/SimpleNotificationService-ab.pem",
  ])("lets SNS's own through: %s", (url) => expect(isCertificateUrl(url)).toBe(true));

  it.each([
    ["another scheme", "http://sns.us-east-1.amazonaws.com/SimpleNotificationService-ab.pem"],
    ["a host that begins like it", "https://sns.us-east-1.amazonaws.com.evil.com/SimpleNotificationService-ab.pem"],
    ["a host that ends like it", "https://evilsns.us-east-1.amazonaws.com/SimpleNotificationService-ab.pem"],
    ["a host in front of it", "https://evil.com/sns.us-east-1.amazonaws.com/SimpleNotificationService-ab.pem"],
    ["another service", "https://s3.us-east-1.amazonaws.com/SimpleNotificationService-ab.pem"],
    ["a bucket named like it", "https://sns.us-east-1.s3.amazonaws.com/SimpleNotificationService-ab.pem"],
    ["no region", "https://sns.amazonaws.com/SimpleNotificationService-ab.pem"],
    ["a port", "https://sns.us-east-1.amazonaws.com:8443/SimpleNotificationService-ab.pem"],
    ["the usual port", "https://sns.us-east-1.amazonaws.com:443/SimpleNotificationService-ab.pem"],
    ["a user", "https://sns.us-east-1.amazonaws.com@evil.com/SimpleNotificationService-ab.pem"],
    ["another path", "https://sns.us-east-1.amazonaws.com/?Action=Publish"],
    ["a folder", "https://sns.us-east-1.amazonaws.com/x/SimpleNotificationService-ab.pem"],
    ["a way out", "https://sns.us-east-1.amazonaws.com/../SimpleNotificationService-ab.pem"],
    ["a query", "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-ab.pem?x=.pem"],
    ["a fragment", "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-ab.pem#.pem"],
    ["no hash", "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-.pem"],
    ["letters beyond hex", "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-xyz.pem"],
    ["another ending", "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-ab.pem.exe"],
    ["a line break behind it", "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-ab.pem\n"],
    ["a space in front", " https://sns.us-east-1.amazonaws.com/SimpleNotificationService-ab.pem"],
    ["backslashes", "https:\\\\sns.us-east-1.amazonaws.com\\SimpleNotificationService-ab.pem"],
    ["capitals", "https://SNS.us-east-1.amazonaws.com/SimpleNotificationService-ab.pem"],
    ["nothing", ""],
  ])("refuses %s", (_why, url) => expect(isCertificateUrl(url)).toBe(false));
});

describe("regionOf", () => {
  it.each([
    ["arn:aws:sns:eu-west-1:123456789012:topic", "eu-west-1"],
    ["arn:aws-cn:sns:cn-north-1:123456789012:topic.fifo", "cn-north-1"],
    ["arn:aws:sqs:eu-west-1:123456789012:topic", undefined],
    ["arn:aws:sns:evil.com/:123456789012:topic", undefined],
    ["", undefined],
  ])("%s is in %s", (arn, region) => expect(regionOf(arn)).toBe(region));
});
