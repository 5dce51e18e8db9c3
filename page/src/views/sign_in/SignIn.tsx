// Signs in with the secret behind the # of a link, after a tap; without one says who has signed in, and signs out.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ErrorNotice } from "../../components/ErrorNotice";
import type { Problem } from "../../api/problem";
import { lookWho, type Outcome, person, signIn, signOut } from "../../session";
import { texts } from "../../texts";
import { pathOf } from "../../views";
import "./sign_in.css";

/** Take the secret out of the address: it stays neither there nor in the history. */
function takeSecret(): string {
  const secret = location.hash.slice(1);
  if (secret !== "") history.replaceState(history.state, "", location.pathname + location.search);
  return secret;
}

interface Failure {
  readonly problem: Problem;
  readonly final: boolean;
  readonly again: () => void;
}

function useSignIn() {
  const secret = useSignal("");
  const busy = useSignal(false);
  const failure = useSignal<Failure | null>(null);
  const doing = async (act: () => Promise<Outcome>): Promise<boolean> => {
    busy.value = true;
    const outcome = await act();
    busy.value = false;
    const again = (): void => { void doing(act); };
    failure.value = outcome.problem === undefined ? null : { ...outcome, again };
    return outcome.problem === undefined;
  };
  useEffect(() => {
    const begin = (): void => {
      const found = takeSecret();
      if (found !== "") { secret.value = found; failure.value = null; }
    };
    begin();
    addEventListener("hashchange", begin);
    return () => { removeEventListener("hashchange", begin); };
  }, [secret, failure]);
  const use = async (): Promise<void> => {
    const used = secret.value;
    const done = await doing(() => signIn(used));
    if (done) location.replace(location.pathname === pathOf("sign-in") ? pathOf("") : location.href);
    else if (failure.value?.final === true) secret.value = "";
  };
  return { secret: secret.value, busy: busy.value, failure: failure.value, use, doing };
}

type SigningIn = ReturnType<typeof useSignIn>;

function WithLink({ busy, failure, use }: SigningIn) {
  return (
    <>
      {failure === null ? <p role="status">{busy ? texts.signIn.signingIn : texts.signIn.tap}</p> : <ErrorNotice problems={[failure.problem]} />}
      <button class="main" type="button" disabled={busy} onClick={() => { void use(); }}>
        {failure === null ? texts.signIn.act : texts.tryAgain}
      </button>
    </>
  );
}

function WithoutLink({ busy, failure, doing }: SigningIn) {
  const who = person.value;
  if (failure !== null) {
    return (
      <>
        <ErrorNotice problems={[failure.problem]} retry={failure.final ? undefined : failure.again} />
        {failure.final ? <p>{texts.signIn.newLink}</p> : null}
      </>
    );
  }
  if (who === undefined) return <p role="status">{texts.signIn.looking}</p>;
  if (who === null) return <p role="status">{texts.signIn.without}</p>;
  return (
    <>
      <p role="status">{texts.signIn.who(who.name, who.role.toLowerCase())}</p>
      <p>{texts.signIn.roles[who.role]}</p>
      <a class="button main" href={pathOf("")}>
        {texts.signIn.toToday}
      </a>
      <button type="button" disabled={busy} onClick={() => { void doing(signOut); }}>
        {texts.signIn.signOut}
      </button>
    </>
  );
}

export function SignIn() {
  const state = useSignIn();
  useEffect(() => {
    document.title = `${texts.signIn.title} · ${texts.name}`;
    void state.doing(lookWho);
  }, []);
  return (
    <main class="sign-in">
      <h1>{texts.name}</h1>
      {state.secret === "" ? <WithoutLink {...state} /> : <WithLink {...state} />}
    </main>
  );
}
