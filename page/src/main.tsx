import { render } from "preact";
import { App } from "./app";
import { lookWho } from "./session";
import "./styles/base.css";

const place = document.getElementById("page");
if (place !== null) render(<App />, place);
void lookWho();
