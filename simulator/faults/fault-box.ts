import type { z } from "zod";
import type { Call } from "../core/call.ts";
import { chance } from "../core/chance.ts";
import type { Fault, faultRequest } from "./fault.ts";

/** The faults in force, oldest first. A call meets the first that matches it, and only that one. */
export interface FaultBox {
  add(request: z.output<typeof faultRequest>, now: number): Fault;
  /** The fault that this call meets, counted down by one; undefined for a healthy call. */
  take(call: Call, now: number): Fault | undefined;
  /** The same for a step of a session, which only a fault that names its operation changes. */
  takeStep(call: Call, now: number): Fault | undefined;
  /** The faults in force, without those that have run out. */
  list(now: number): readonly Fault[];
  /** Removes the faults of one provider, the one of that id, or all of them. Returns how many. */
  clear(filter?: { readonly provider?: string | undefined; readonly id?: string | undefined }): number;
}

/** An empty box. The seed decides which calls a fault with a `share` meets. */
export function createFaultBox(seed: number): FaultBox {
  let faults: Fault[] = [];
  let serial = 0;

  const list = (now: number): readonly Fault[] => {
    faults = faults.filter((fault) => isInForce(fault, now));
    return faults;
  };

  const takeFirst = (candidates: readonly Fault[], call: Call): Fault | undefined => {
    const fault = candidates.find((candidate) => isMatch(candidate, call) && isDrawn(seed, candidate, call));
    if (fault !== undefined) faults[faults.indexOf(fault)] = countDown(fault);
    return fault;
  };

  return {
    list,
    take: (call, now) => takeFirst(list(now), call),
    takeStep: (call, now) =>
      takeFirst(
        list(now).filter(({ match }) => match.operation !== undefined),
        call,
      ),
    add({ for_ms, ...request }, now) {
      const until = for_ms === undefined ? request.until : now + for_ms;
      const fault: Fault = { ...request, until, id: `fault-${++serial}`, hits: 0 };
      faults.push(fault);
      return fault;
    },
    clear(filter = {}) {
      const before = faults.length;
      faults = faults.filter((fault) => !isSelected(fault, filter));
      return before - faults.length;
    },
  };
}

function isInForce(fault: Fault, now: number): boolean {
  return fault.count !== 0 && (fault.until === undefined || now < fault.until);
}

function countDown(fault: Fault): Fault {
  return { ...fault, hits: fault.hits + 1, count: fault.count === undefined ? undefined : fault.count - 1 };
}

function isMatch({ provider, match }: Fault, call: Call): boolean {
  if (provider !== "all" && provider !== call.provider) return false;
  if (match.operation !== undefined && match.operation !== call.operation) return false;
  if (match.msg_id !== undefined && match.msg_id !== call.msgId) return false;
  const text = match.recipient;
  return text === undefined || call.recipients.some((recipient) => recipient.includes(text));
}

/** The number of hits is part of the key, so that a retry of the same message draws again. */
function isDrawn(seed: number, fault: Fault, call: Call): boolean {
  if (fault.share === 1) return true;
  return chance(seed, `${fault.id} ${fault.hits} ${call.msgId ?? call.recipients.join()}`) < fault.share;
}

function isSelected(fault: Fault, filter: { provider?: string | undefined; id?: string | undefined }): boolean {
  if (filter.provider !== undefined && filter.provider !== fault.provider) return false;
  return filter.id === undefined || filter.id === fault.id;
}
