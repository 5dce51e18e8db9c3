import { CombinedError } from "@urql/core";
import { expect, test } from "vitest";
import { texts } from "../texts";
import { payloadProblems, problemsOf } from "./problem";

test("each error of an answer keeps the API's code, sentence and place", () => {
  const error = new CombinedError({
    graphQLErrors: [{ message: "A guest may not.", path: ["dump", 0], extensions: { code: "FORBIDDEN" } }],
  });
  expect(problemsOf(error)).toEqual([{ code: "FORBIDDEN", message: "A guest may not.", path: ["dump", "0"] }]);
});

test("where no answer came, that and what to do is said", () => {
  const [problem] = problemsOf(new CombinedError({ networkError: new TypeError("Failed to fetch") }));
  expect(problem).toEqual({
    code: "NO_ANSWER",
    message: texts.problems.noAnswer,
    whatToDo: texts.problems.noAnswerWhatToDo,
    path: [],
  });
});

test("errors in the payloads of a mutation are found, whichever field has them", () => {
  const refusal = { code: "NAME_TAKEN", message: "Another stand has that name.", path: ["input", "name"] };
  const data = { a: { location: null, errors: [refusal] }, b: { errors: [] }, c: null };
  expect(payloadProblems(data)).toEqual([refusal]);
  expect(payloadProblems({ a: { location: { id: "x" } } })).toEqual([]);
  expect(payloadProblems(null)).toEqual([]);
});
