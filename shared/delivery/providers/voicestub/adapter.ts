import { contentFor } from "#shared/domain/channel/channels.ts";
import type { ChannelAdapter } from "../../adapter.ts";
import { voicestubAnswers } from "./core/answers.ts";

/** Takes a message of its channel, and refuses one without words. */
export function createVoicestubAdapter(): ChannelAdapter {
  return {
    provider: "voicestub",
    answers: voicestubAnswers,
    send: async (message) => {
      const { text } = contentFor("VOICE", message);
      return text === "" ? { kind: "refused", code: "SILENT" } : { kind: "accepted", ref: message.send.msg_id };
    },
    close: async () => {},
  };
}
