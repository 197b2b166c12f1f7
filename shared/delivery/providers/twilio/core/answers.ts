import type { AnswerRow, AnswerTable } from "#shared/domain/delivery/answer.ts";

const credentials: AnswerRow = { act: "halt", description: "Credentials refused", alert: "P0" };
const configuration: AnswerRow = { act: "refuse", description: "Sender or region not configured", alert: "P1" };
const rate: AnswerRow = { act: "retry", description: "Too many requests", isOutage: true };
const badNumber: AnswerRow = {
  act: "refuse",
  description: "The number cannot take texts",
  reason: "COMMS_INVALID_ADDRESS",
  suppress: "hard_bounce",
};

/** Twilio's error codes, as the API gives them at once and as a message resource carries them. */
export const twilioAnswers: AnswerTable = {
  "20003": credentials,
  "20429": rate,
  "21211": badNumber,
  "21614": badNumber,
  "21408": configuration,
  "21606": configuration,
  "21612": configuration,
  "21659": configuration,
  "21610": { act: "refuse", description: "The number has opted out", reason: "COMMS_SUPPRESSED", suppress: "stop" },
  "21617": { act: "refuse", description: "The text is too long", alert: "P2" },
  "30001": { act: "retry", description: "Twilio's queue is full", isOutage: true },
  "30002": { act: "halt", description: "The account is suspended", alert: "P0" },
  "30003": { act: "retry", description: "The handset cannot be reached", tries: 3, baseMs: 60_000 },
  "30004": { act: "refuse", description: "The message was blocked" },
  "30005": { act: "refuse", description: "The handset is unknown" },
  "30006": { act: "refuse", description: "A landline, or a carrier that cannot be reached" },
  "30007": { act: "refuse", description: "The carrier filtered the content", alert: "P2" },
  "30008": { act: "retry", description: "Unknown to the carrier", tries: 2 },
  "30034": { act: "refuse", description: "The number is not registered for this traffic", alert: "P0" },
  "30410": { act: "retry", description: "The carrier timed out" },
};
