import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { groupWrites, type WritingClient } from "#shared/platform/redis/grouped-writes.ts";

type Command = Parameters<WritingClient["sendCommand"]>[0];

/** A client whose connection notes when it is held, written to and let go. */
function aClient() {
  const notes: string[] = [];
  const connection = (name: string) => ({
    cork: () => void notes.push(`${name} holds`),
    uncork: () => void notes.push(`${name} writes`),
  });
  const client = {
    status: "ready",
    stream: connection("first"),
    sendCommand: (command: Command) => notes.push(command.name),
  };
  groupWrites(client);
  const send = (name: string) => client.sendCommand({ name } as Command);
  return { client, notes, connection, send };
}

test("what is sent in one turn of the event loop is written at its end, whichever callback sent it", async () => {
  const { notes, send } = aClient();
  send("get");
  await Promise.resolve().then(() => send("set"));
  process.nextTick(() => send("del"));
  await setImmediate();
  expect(notes).toEqual(["first holds", "get", "set", "del", "first writes"]);
});

test("the next turn has a write of its own", async () => {
  const { notes, send } = aClient();
  send("get");
  await setImmediate();
  send("set");
  expect(notes.slice(3)).toEqual(["first holds", "set"]);
  await setImmediate();
  expect(notes.slice(5)).toEqual(["first writes"]);
});

test("what is sent before the driver is ready is held back by nobody", async () => {
  const { client, notes, send } = aClient();
  client.status = "connect";
  send("auth");
  await setImmediate();
  expect(notes).toEqual(["auth"]);
});

test("a connection that was replaced meanwhile is let go, and the new one is not held for good", async () => {
  const { client, notes, send, connection } = aClient();
  send("get");
  client.stream = connection("second");
  send("get");
  await setImmediate();
  send("set");
  await setImmediate();
  expect(notes).toEqual(["first holds", "get", "get", "first writes", "second holds", "set", "second writes"]);
});

test("gives back what the driver does", () => {
  const { client } = aClient();
  expect(client.sendCommand({ name: "get" } as Command)).toBe(1 + 1);
});
