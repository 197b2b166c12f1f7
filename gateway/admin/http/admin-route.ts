import { z } from "zod";
import type { Instant } from "#shared/domain/time/instant.ts";
import { type Problem, problems } from "../../http/problem.ts";
import { shapeIssues } from "../../public/events/body.ts";
import type { AdminCaller } from "../access/require-roles.ts";

/** What a route answers with, or why it refuses. */
export type AdminAnswer =
  | {
      /** Default: 200. */
      readonly status?: 200 | 201 | 202;
      readonly body: object;
      /** The version of what is answered, for `If-Match`. */
      readonly version?: number;
      /** Fields of the body that are given once, and not again under the same `Idempotency-Key`. */
      readonly secret?: object;
    }
  | { readonly problem: Problem; readonly version?: number };

/** A request whose parts fit the route's schemas. */
export interface AdminCall<Params, Query, Body> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly caller: AdminCaller;
  readonly now: Instant;
  /** The version that the row must have; undefined: any. */
  readonly version: number | undefined;
}

interface AdminRouteSpec<Params extends z.ZodType, Query extends z.ZodType, Body extends z.ZodType> {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** With `{name}` for a parameter. */
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  /** `one`: about one tenant, which a key of many has to name. `any`: without one, about all. */
  readonly tenants: "one" | "any";
  readonly params?: Params;
  readonly query?: Query;
  readonly body?: Body;
  /** The body of an answer, and its name in the document. */
  readonly answers: readonly [name: string, schema: z.ZodType];
  /** Whether it changes something, and so takes `Idempotency-Key` and `If-Match`. */
  readonly isChange?: boolean;
  readonly handle: (call: AdminCall<z.output<Params>, z.output<Query>, z.output<Body>>) => Promise<AdminAnswer>;
}

type RawCall = AdminCall<unknown, unknown, unknown>;

/** A route of the admin API: what it takes and answers, by the schemas that it is checked by and described from. */
export type AdminRoute = Omit<AdminRouteSpec<z.ZodType, z.ZodType, z.ZodType>, "handle"> & {
  /** The names that its query may have. */
  readonly parameters: readonly string[];
  /** Checks the parts of a request and answers it. */
  readonly answer: (call: RawCall) => Promise<AdminAnswer>;
};

const nothing = z.strictObject({});

/** Makes a route of what describes it. */
export function adminRoute<
  Params extends z.ZodType = typeof nothing,
  Query extends z.ZodType = typeof nothing,
  Body extends z.ZodType = typeof nothing,
>({ handle, ...spec }: AdminRouteSpec<Params, Query, Body>): AdminRoute {
  const { params = nothing, query = nothing, body = nothing } = spec;
  return {
    ...spec,
    parameters: query instanceof z.ZodObject ? Object.keys(query.shape) : [],
    answer: async (call) => {
      const parts = [params.safeParse(call.params), query.safeParse(call.query)] as const;
      const issues = parts.flatMap(({ error }) => (error === undefined ? [] : shapeIssues(error)));
      if (issues.length > 0) return { problem: malformed(issues) };
      const content = body.safeParse(call.body);
      if (content.error !== undefined) return { problem: invalid(shapeIssues(content.error)) };
      const [path, asked] = parts;
      return handle({
        ...call,
        params: path.data as z.output<Params>,
        query: asked.data as z.output<Query>,
        body: content.data as z.output<Body>,
      });
    },
  };
}

function malformed(issues: readonly string[]): Problem {
  return { code: "COMMS_MALFORMED_REQUEST", detail: issues[0] ?? "", faults: issues };
}

/** A body that can be read and does not fit. */
export function invalid(issues: readonly string[]): Problem {
  const detail = `The body has ${issues.length === 1 ? "one issue" : `${issues.length} issues`}`;
  return { code: "COMMS_INVALID_REQUEST", detail, faults: issues };
}

/** The answer where there is no such thing. */
export const absent: AdminAnswer = { problem: { code: "COMMS_NOT_FOUND", detail: "There is no such thing here" } };

/** The answer to a cursor that is none of ours. */
export const brokenCursor: AdminAnswer = {
  problem: { code: "COMMS_MALFORMED_REQUEST", detail: "cursor is `next` of the page before" },
};

/** The status of an answer. */
export function statusOf(answer: AdminAnswer): number {
  return "problem" in answer ? problems[answer.problem.code].status : (answer.status ?? 200);
}
