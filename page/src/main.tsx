import { effect } from "@preact/signals";
import { render } from "preact";
import { App } from "./app";
import { lookWho, person } from "./session";
import { hasWaiting } from "./views/review/journal/shelf";
import "./styles/base.css";

const place = document.getElementById("page");
if (place !== null) render(<App />, place);
void lookWho();

// What somebody said in Review while the server did not answer is sent whichever view they open next.
effect(() => {
  if (person.value != null && hasWaiting(person.value.name)) void import("./views/review/journal/journal");
});
