import { expect, it } from "vitest";
import { type Page, type Read, readAll } from "./pages";

const problem = { code: "NO_ANSWER", message: "", path: [] };

function pageFrom(after: string | null): Page<number> {
  const from = Number(after ?? 0);
  return { nodes: Array.from({ length: Math.min(100, 230 - from) }, (_, number) => from + number), pageInfo: { hasNextPage: from < 200, endCursor: String(from + 100) } };
}

it("reads a list to its end, and tells how far it is", async () => {
  const told: Read<number>[] = [];
  await readAll<number>({ ask: (after) => Promise.resolve({ page: pageFrom(after) }), isWanted: () => true, told: (read) => { told.push(read); } });
  expect(told.map(({ nodes, isWhole }) => [nodes.length, isWhole])).toEqual([[100, false], [200, false], [230, true]]);
  expect(told.at(-1)?.nodes[229]).toBe(229);
});

it("does not call a list whole of which a page did not come, and one that is withheld is empty", async () => {
  const told: Read<number>[] = [];
  const note = (read: Read<number>): void => { told.push(read); };
  await readAll<number>({ ask: (after) => Promise.resolve(after === null ? { page: pageFrom(after) } : { problems: [problem] }), isWanted: () => true, told: note });
  expect(told.at(-1)).toMatchObject({ isWhole: false, problems: [problem] });
  expect(told.at(-1)?.nodes).toHaveLength(100);
  await readAll<number>({ ask: () => Promise.resolve({ page: null }), isWanted: () => true, told: note });
  expect(told.at(-1)).toEqual({ nodes: [], isWhole: true, problems: [] });
});

it("asks for nothing more when it is not wanted any more", async () => {
  const asked: (string | null)[] = [];
  const ask = (after: string | null) => { asked.push(after); return Promise.resolve({ page: pageFrom(after) }); };
  await readAll<number>({ ask, isWanted: () => false, told: () => { throw new Error("it was told"); } });
  expect(asked).toEqual([null]);
});
