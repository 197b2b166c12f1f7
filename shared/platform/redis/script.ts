import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { ChainableCommander, Redis } from "ioredis";
import { execute, redisCall } from "./redis.ts";

/** A Lua script, and the SHA-1 under which Redis knows it. */
export interface Script {
  readonly lua: string;
  readonly sha: string;
}

/** An argument of a script; numbers arrive there as decimal text. */
export type ScriptArg = string | number | Buffer;

/** The `KEYS` and the `ARGV` of one call of a script. */
export interface ScriptCall {
  readonly keys: readonly string[];
  readonly args: readonly ScriptArg[];
}

/** The script in a `.lua` file beside the calling module: `luaFile(import.meta.url, "./claim.lua")`. Read once. */
export function luaFile(moduleUrl: string, path: string): Script {
  const lua = readFileSync(new URL(path, moduleUrl), "utf8");
  return { lua, sha: createHash("sha1").update(lua).digest("hex") };
}

/**
 * Runs a script in one trip, or in two if Redis has forgotten it (a restart, `SCRIPT FLUSH`). Throws the retryable
 * `REDIS_UNAVAILABLE`; then it is unknown whether the script ran.
 */
export async function runScript(redis: Redis, script: Script, { keys, args }: ScriptCall): Promise<unknown> {
  return redisCall(async () => {
    try {
      return await redis.evalsha(script.sha, keys.length, ...keys, ...args);
    } catch (error) {
      if (!isNoScript(error)) throw error;
      return redis.eval(script.lua, keys.length, ...keys, ...args);
    }
  });
}

/** Puts a call of a script into a pipeline that `runPipeline` sends. */
export function addScript(pipeline: ChainableCommander, script: Script, { keys, args }: ScriptCall): void {
  pipeline.evalsha(script.sha, keys.length, ...keys, ...args);
}

/**
 * Fills a pipeline, sends it and returns its replies in order. If Redis has forgotten one of the scripts, it loads them
 * and sends the whole pipeline again, so everything in it must be idempotent. Throws as `execute` does.
 */
export async function runPipeline(
  redis: Redis,
  scripts: readonly Script[],
  fill: (pipeline: ChainableCommander) => void,
): Promise<readonly unknown[]> {
  try {
    return await send(redis, [], fill);
  } catch (error) {
    if (!isNoScript(error)) throw error;
    return (await send(redis, scripts, fill)).slice(scripts.length);
  }
}

async function send(redis: Redis, load: readonly Script[], fill: (pipeline: ChainableCommander) => void) {
  const pipeline = redis.pipeline();
  for (const script of load) pipeline.script("LOAD", script.lua);
  fill(pipeline);
  return execute(pipeline);
}

function isNoScript(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith("NOSCRIPT");
}
