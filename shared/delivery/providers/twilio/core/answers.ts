import { type AnswerRow, type AnswerTable, setupFault } from "#shared/domain/delivery/answer.ts";

const credentials: AnswerRow = { act: "halt", description: "Credentials refused", alert: "P0" };
/** Every other text of the account would get this answer too. */
const sender: AnswerRow = {
  act: "halt",
  description: "The number or service that texts come from cannot send",
  alert: "P0",
};
const address: AnswerRow = { act: "halt", description: "The account or the address of the API is wrong", alert: "P0" };
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
  "20005": { act: "halt", description: "The account is not active", alert: "P0" },
  "20008": { act: "halt", description: "Test credentials send nothing", alert: "P0" },
  "20404": address,
  "20429": rate,
  "21211": badNumber,
  "21614": badNumber,
  // Halting for these would let one person abroad stop the channel: the message waits for a remedy, and an alert is raised.
  "21408": { ...setupFault, description: "Texts to this region are not enabled" },
  "21612": { ...setupFault, description: "Our number does not reach this one" },
  "21603": sender,
  "21606": sender,
  "21212": sender,
  "21659": sender,
  "21660": sender,
  "21703": sender,
  "21705": sender,
  "21608": { act: "halt", description: "A trial account texts verified numbers only", alert: "P0" },
  "21611": { act: "retry", description: "The number's queue is full", isOutage: true },
  "21610": { act: "refuse", description: "The number has opted out", reason: "COMMS_SUPPRESSED", suppress: "stop" },
  "21602": { act: "refuse", description: "The text is empty", alert: "P2" },
  "21617": { act: "refuse", description: "The text is too long", alert: "P2" },
  "30001": { act: "retry", description: "Twilio's queue is full", isOutage: true },
  "30002": { act: "halt", description: "The account is suspended", alert: "P0" },
  "30003": { act: "retry", description: "The handset cannot be reached", tries: 3, baseMs: 60_000 },
  "30004": { act: "refuse", description: "The message was blocked" },
  "30005": { act: "refuse", description: "The handset is unknown" },
  "30006": { act: "refuse", description: "A landline, or a carrier that cannot be reached" },
  "30007": { act: "refuse", description: "The carrier filtered the content", alert: "P2" },
  "30008": { act: "retry", description: "Unknown to the carrier", tries: 2 },
  "30023": { ...setupFault, description: "The daily cap of the registered traffic is reached" },
  "30032": { ...setupFault, description: "The toll-free number is not verified", alert: "P0" },
  "30034": { ...setupFault, description: "The number is not registered for this traffic", alert: "P0" },
  "30410": { act: "retry", description: "The carrier timed out" },
};
