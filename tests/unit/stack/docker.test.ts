import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { dockerAnswers, dockerEngine, projectOf, type RunDocker } from "#stack/docker.ts";
import { layoutOf } from "#stack/layout.ts";
import { portsFrom } from "#stack/ports.ts";

const done = (stdout = "") => ({ code: 0, stdout, stderr: "" });

describe("whether Docker is there", () => {
  it.each([
    ["engine and plug-in", [0, 0], true],
    ["no engine", [1, 0], false],
    ["no compose plug-in", [0, 1], false],
  ] as const)("%s", async (_, [engine, plugin], expected) => {
    const docker: RunDocker = async (args) => ({ ...done(), code: args[0] === "info" ? engine : plugin });
    expect(await dockerAnswers(docker)).toBe(expected);
  });

  it("no client at all", async () => {
    expect(await dockerAnswers(() => Promise.reject(new Error("ENOENT")))).toBe(false);
  });
});

describe("the stack in Docker", () => {
  let root: string;
  let lines: string[];
  let up: string;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "carillon-docker-"));
    lines = [];
    up = "";
  });

  afterEach(() => rm(root, { recursive: true }));

  const engine = (answer: RunDocker = async (args) => done(args.includes("ps") ? up : "")) =>
    dockerEngine({
      layout: layoutOf(root, "/cache"),
      ports: portsFrom(20_000),
      say: () => {},
      docker: (args) => {
        lines.push(args.slice(args.indexOf("--file") + 2).join(" "));
        return answer(args);
      },
    });

  it("gives each checkout a project of its own", () => {
    expect(projectOf("/a")).toBe(projectOf("/a"));
    expect(projectOf("/a")).not.toBe(projectOf("/b"));
  });

  it("tells compose the ports by a file", async () => {
    await engine().running();
    expect(await readFile(join(root, ".carillon", "compose.env"), "utf8")).toContain("CARILLON_REDIS_PORT=20004\n");
  });

  it("removes the containers at a stop and keeps the volumes, which clean takes", async () => {
    await engine().stop(["kafka", "redis"]);
    expect(lines).toEqual(["rm --stop --force kafka redis", "ps --services --status running", "down"]);
    lines = [];
    await engine().clean();
    expect(lines).toEqual(["down --volumes"]);
  });

  it("kills only what runs", async () => {
    expect(await engine().kill("kafka", "SIGKILL")).toBe(false);
    up = "kafka\nredis\n";
    expect(await engine().kill("kafka", "SIGKILL")).toBe(true);
    expect(lines.at(-1)).toBe("kill --signal SIGKILL kafka");
  });

  it("says in a sentence what compose could not do", async () => {
    const failing: RunDocker = async () => ({ code: 1, stdout: "", stderr: "pulling\nno such image" });
    await expect(engine(failing).running()).rejects.toMatchObject({
      code: "STACK_DOCKER",
      message: expect.stringMatching(/COMMS_STACK=native.*no such image/),
    });
  });
});
