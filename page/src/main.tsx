import { effect } from "@preact/signals";
import { render } from "preact";
import { retryWaitMs } from "./api/retry";
import { App } from "./app";
import { lookWho, person } from "./session";
import { hasWaiting } from "./views/review/journal/shelf";
import "./styles/base.css";

const place = document.getElementById("page");
if (place !== null) render(<App />, place);

/** Learn who has signed in, however long the server does not answer. */
async function learnWho(): Promise<void> {
  for (let tries = 0; (await lookWho()).problem !== undefined && person.value === undefined; tries += 1) {
    await new Promise((resolve) => { setTimeout(resolve, retryWaitMs(tries, Math.random())); });
  }
}
void learnWho();

// What somebody said in Review while the server did not answer is sent whichever view they open next.
effect(() => {
  if (person.value != null && hasWaiting(person.value.name)) void import("./views/review/journal/journal");
});
