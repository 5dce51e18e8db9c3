// Signs in with the secret behind the # of the link, after a tap; without one tells who has signed in, and signs out.

const told = document.getElementById('told');
const button = document.getElementById('act');

/** Offer one thing to do. */
function offer(text, word, act) {
  told.textContent = text;
  button.hidden = !word;
  button.disabled = false;
  button.textContent = word ?? '';
  button.onclick = async () => {
    button.disabled = true;
    await act();
  };
}

/** Return the answer of the server; throw what it says is wrong, and whether it stays so. */
async function ask(method, body) {
  const json = body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
  const answer = await fetch('session', { method, credentials: 'same-origin', ...json });
  if (answer.status === 204) return null;
  const said = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(said.errors[0].message), { final: answer.status === 403 });
  return said;
}

async function signIn(secret) {
  try {
    await ask('POST', { secret });
  } catch (error) {
    // A link that was used or is too old stays so.
    offer(error.message, error.final ? null : 'Try again', () => signIn(secret));
    return;
  }
  location.replace('./');
}

async function tellWho() {
  try {
    const { name, role } = await ask('GET');
    if (name === null) {
      offer('Open the link that you were sent: it signs you in. On the machine itself, thumper invite owner shows one.');
    } else {
      offer(`You have signed in as ${name} (${role.toLowerCase()}).`, 'Sign out', signOut);
    }
  } catch (error) {
    offer(error.message, 'Try again', tellWho);
  }
}

async function signOut() {
  try {
    await ask('DELETE');
  } catch (error) {
    offer(error.message, 'Try again', signOut);
    return;
  }
  await tellWho();
}

function begin() {
  const secret = location.hash.slice(1);
  if (!secret) return tellWho();
  // The secret does not stay in the address bar, nor in the history.
  history.replaceState(null, '', location.pathname);
  return offer('Tap to sign in on this device. The link can be used once.', 'Sign in', () => signIn(secret));
}

addEventListener('hashchange', begin);
begin();
