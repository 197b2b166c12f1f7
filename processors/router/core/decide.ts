import type { Accepted } from "#shared/contracts/records.ts";
import type { MsgId } from "#shared/domain/message/id.ts";
import type { Instant } from "#shared/domain/time/instant.ts";
import { deciderOf } from "./deciders.ts";
import type { Facts } from "./facts.ts";
import { dedupe } from "./gates/dedupe.ts";
import { judge } from "./judge.ts";
import { goesOn, judgedLast, type Ruling } from "./ruling.ts";

/** What every message of a record comes to, before anybody knows whose dedupe key it is. Total and pure. */
export function decide(accepted: Accepted, facts: Facts, now: Instant): readonly Ruling[] {
  return deciderOf(accepted.cause_event)(accepted, (channel) => judge(accepted, channel, facts, now));
}

/** The same once the keys are claimed. A message that was dropped claimed none, and is not asked. */
export function settle(rulings: readonly Ruling[], owners: ReadonlyMap<MsgId, string>): readonly Ruling[] {
  return rulings.map((ruling) => {
    const owner = goesOn(ruling) ? owners.get(ruling.message.msgId) : undefined;
    return owner === undefined ? ruling : judgedLast(ruling, ["dedupe", dedupe(ruling.message, owner)]);
  });
}
