import { describe, expect, it } from "vitest";
import { type Answer, answered, asking, shownFor } from "./answer";

const problem = { code: "NO_ANSWER", message: "", path: [] };
const first = { key: "page 1" };
const told = answered(first, undefined, { data: 7, problems: [] });

describe("an answer", () => {
  it("is shown for its question, and stays while that is asked again, whatever comes of it", () => {
    expect(shownFor(first, told)).toMatchObject({ data: 7, loading: false });
    expect(asking(first, told)).toMatchObject({ data: 7, loading: true });
    expect(answered(first, told, { data: undefined, problems: [problem] })).toMatchObject({ data: 7, problems: [problem] });
  });

  it("is not shown for another question", () => {
    expect(shownFor({ key: "page 2" }, told)).toMatchObject({ data: undefined, loading: true });
    expect(asking({ key: "page 2" }, told).data).toBeUndefined();
    expect(shownFor({ key: "page 2", about: "" }, told).data).toBeUndefined();
  });

  it("stays while another page of the same is on its way, and not beside its failure", () => {
    const about = (key: string, which: string) => ({ key, about: which });
    const page: Answer<number> = answered(about("1", "list"), undefined, { data: 7, problems: [problem] });
    expect(shownFor(about("2", "list"), page)).toMatchObject({ data: 7, problems: [], loading: true });
    expect(shownFor(about("2", "another"), page).data).toBeUndefined();
    const next = asking(about("2", "list"), page);
    expect(answered(about("2", "list"), next, { data: undefined, problems: [problem] })).toMatchObject({ data: undefined, loading: false });
    expect(answered(about("2", "list"), next, { data: 8, problems: [] })).toMatchObject({ data: 8, problems: [] });
  });
});
