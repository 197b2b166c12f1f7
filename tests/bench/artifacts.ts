import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { EmailContent } from "#shared/domain/channel/email.ts";
import { createFileArtifactStore } from "#shared/platform/artifacts/file-artifact-store.ts";
import { createMemoryKeyStore } from "#tests/fakes/memory-key-store.ts";
import { figure, heading, percentile } from "./figures.ts";

const batches = [1, 16, 128];
const messages = 1_280;
const rounds = 7;
const people = 500;

/** µs of CPU a message. */
interface Cost {
  readonly main: number;
  readonly others: number;
}

/** CPU of a mail's way through the artifact store: put and get, in batches, with keys in memory and a real disk. */
export async function benchArtifacts(): Promise<void> {
  const size = Buffer.byteLength(JSON.stringify(mail(0)));
  heading(`artifacts: ${messages} mails of ${size} B, median of ${rounds}; µs of CPU a mail, main thread + others`);
  for (const batch of batches) {
    const puts: Cost[] = [];
    const gets: Cost[] = [];
    for (let round = -1; round < rounds; round++) {
      const { put, get } = await oneRound(batch, round);
      if (round < 0) continue;
      puts.push(put);
      gets.push(get);
    }
    figure(`in batches of ${batch}`, `put ${median(puts)}, get ${median(gets)}`);
  }
}

async function oneRound(batch: number, round: number): Promise<{ readonly put: Cost; readonly get: Cost }> {
  const folder = await mkdtemp(join(tmpdir(), "carillon-bench-"));
  const store = createFileArtifactStore(pathToFileURL(folder).href, createMemoryKeyStore());
  const owners = Array.from({ length: messages }, (_, at) => ({
    tenantId: "default",
    userId: `u${at % people}`,
    msgId: `0b1f0c1e-0000-5000-8000-${String(round + 1).padStart(4, "0")}${String(at).padStart(8, "0")}`,
  }));
  for (const owner of owners) await store.put(owner, { channel: "SMS", text: "takes the key up" });
  const contents = owners.map((_, at) => mail(at));
  const refs: string[] = [];
  const inBatches = async (work: (at: number) => Promise<void>) => {
    for (let at = 0; at < messages; at += batch) {
      await Promise.all(Array.from({ length: Math.min(batch, messages - at) }, (_, one) => work(at + one)));
    }
  };
  const put = await costOf(() =>
    inBatches(async (at) => {
      refs[at] = (await store.put(owners[at] as (typeof owners)[number], contents[at] as EmailContent)).ref;
    }),
  );
  const get = await costOf(() =>
    inBatches(async (at) => {
      await store.get(owners[at] as (typeof owners)[number], refs[at] as string);
    }),
  );
  await rm(folder, { recursive: true });
  return { put, get };
}

async function costOf(work: () => Promise<void>): Promise<Cost> {
  const [all, main] = [process.cpuUsage(), process.threadCpuUsage()];
  await work();
  const [allNow, mainNow] = [process.cpuUsage(all), process.threadCpuUsage(main)];
  const onMain = mainNow.user + mainNow.system;
  return { main: onMain / messages, others: (allNow.user + allNow.system - onMain) / messages };
}

function median(costs: readonly Cost[]): string {
  const of = (part: (cost: Cost) => number) => percentile(costs.map(part), 0.5).toFixed(0);
  return `${of(({ main }) => main)} + ${of(({ others }) => others)}`;
}

/** Some 6 KB that deflate makes about as small as a rendered mail. */
function mail(at: number): EmailContent {
  const row = (line: number) =>
    `<tr><td style="font-family:Arial,sans-serif;font-size:14px;line-height:20px;padding:0 0 12px">${sentence(at, line)}</td></tr>`;
  const html = `<!doctype html><html><body><table>${Array.from({ length: 32 }, (_, line) => row(line)).join("")}</table></body></html>`;
  const text = Array.from({ length: 8 }, (_, line) => sentence(at, line)).join("\n");
  return { channel: "EMAIL", subject: `Booking ${at} is confirmed`, html, text };
}

const words =
  "portrait session old harbour morning light booking studio photographer wednesday arrives change cancel address please bring weather indoors deposit receipt".split(
    " ",
  );

function sentence(at: number, line: number): string {
  return Array.from({ length: 12 }, (_, word) => words[(at * 7 + line * 11 + word * word * 5) % words.length]).join(
    " ",
  );
}
