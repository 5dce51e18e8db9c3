// Is everything well: what the API says is wrong, and the processes.
import { person } from "../../session";
import { texts } from "../../texts";
import { DoctorLine } from "./DoctorLine";
import type { TodayProcessFragment, TodayStatusFragment } from "./today.generated";

type Condition = NonNullable<TodayStatusFragment["conditions"]>[number];

function ProcessLine({ process }: { readonly process: TodayProcessFragment }) {
  const well = process.state === "ALIVE" || process.state === "BUSY";
  return (
    <li>
      {texts.today.processes[process.role]}: <strong class={well ? "good" : "bad"}>{texts.today.states[process.state]}</strong>
      {process.message == null || process.message === "" ? null : <span class="quiet"> · {process.message}</span>}
    </li>
  );
}

/** What somebody has to look at comes before what passes by itself. */
const worstFirst = (one: Condition, other: Condition): number => Number(one.severity === "INFO") - Number(other.severity === "INFO");

export function Health({ status }: { readonly status: TodayStatusFragment }) {
  const { conditions, worker, watcher, api } = status;
  const processes = [worker, watcher, api].filter((each) => each !== null);
  // Guests are not told how the machine is.
  if (conditions === null && processes.length === 0) return null;
  return (
    <section class="panel" aria-labelledby="health">
      <h2 id="health">{texts.today.health}</h2>
      {conditions?.length === 0 ? <p class="good">{texts.today.allWell}</p> : null}
      {[...(conditions ?? [])].sort(worstFirst).map(({ code, message, severity }) => (
        <p key={`${code} ${message ?? ""}`} class={severity === "WARNING" ? "warning" : "quiet"}>
          {message}
        </p>
      ))}
      {person.value?.role === "OWNER" ? <DoctorLine /> : null}
      <ul class="plain">
        {processes.map((process) => (
          <ProcessLine key={process.role} process={process} />
        ))}
      </ul>
    </section>
  );
}
