import { generateKeyPairSync } from "node:crypto";

/** The smallest that FCM's setting takes. */
const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });
const fcmKey = privateKey.export({ type: "pkcs8", format: "pem" }).toString();

/** A value for every setting that needs one, for any stage and the gateway. Nothing listens at these addresses. */
export const minimalEnvironment = {
  COMMS_BOOTSTRAP_SERVERS: "127.0.0.1:1",
  COMMS_SCHEMA_REGISTRY_URL: "http://127.0.0.1:2",
  COMMS_POSTGRES_URL: "postgres://127.0.0.1:3/d",
  COMMS_REDIS_URL: "redis://127.0.0.1:4",
  COMMS_ARTIFACTS_URL: "file:///tmp/a",
  COMMS_GATEWAY_PUBLIC_URL: "http://127.0.0.1:5",
  COMMS_ADDRESS_PEPPER: "pepper of this year",
  COMMS_ADDRESS_PEPPER_ID: "p1",
  COMMS_MASTER_KEY: "01".repeat(32),
  COMMS_UNSUBSCRIBE_SECRET: "secret of this year",
  COMMS_API_KEY_PEPPER: "key pepper of this year",
  COMMS_MAIL_DOMAIN: "mail.example.com",
  COMMS_MARKETING_DOMAIN: "news.example.com",
  COMMS_SES_ACCESS_KEY_ID: "a",
  COMMS_SES_SECRET_ACCESS_KEY: "b",
  COMMS_FCM_PROJECT: "p",
  COMMS_FCM_CLIENT_EMAIL: "e",
  COMMS_FCM_PRIVATE_KEY: fcmKey,
  COMMS_TWILIO_ACCOUNT_SID: "AC1",
  COMMS_TWILIO_AUTH_TOKEN: "token of this year",
  COMMS_TWILIO_FROM: "+15005550006",
  COMMS_SNS_TOPIC_ARNS: "arn",
};
