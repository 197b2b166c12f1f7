import { callsInDoubt } from "#tests/support/world/calls-in-doubt.ts";
import { type Attack, atMost, type Figure } from "./attack.ts";

const people = 100;
const deaths = 4;

/** What Redis knows of calls in doubt is gone, again and again. */
export const wipedDoubt: Attack = {
  id: "a8",
  did: `FLUSHALL with ${people} calls in doubt: ${deaths} kills (SIGKILL) of the email sender, a wipe after each; half of the mails are critical`,
  run: async () => {
    const result = await callsInDoubt({ people, deaths });
    try {
      return figures(result);
    } finally {
      await result.close();
    }
  },
};

function figures(result: Awaited<ReturnType<typeof callsInDoubt>>): readonly Figure[] {
  const { first, second, counted, secondOfOthers, most, ends } = result;
  const over = [...ends.values()].reduce((sum, count) => sum + count, 0);
  return [
    { what: "calls in doubt at the first wipe", value: `${first}`, bound: `${people}`, holds: first === people },
    {
      what: "second calls by the providers' ledger, and by `comms_ambiguous_sends_total`",
      value: `${second}, metric ${counted}`,
      bound: "the same",
      holds: second === counted,
    },
    atMost("second calls of messages that are not critical", secondOfOthers, { bound: 0, unit: "calls" }),
    atMost("most calls of one message", most, { bound: 2, unit: "calls" }),
    atMost("messages without an end on `comms.feedback`", people - over, { bound: 0, unit: "messages" }),
  ];
}
