// SPDX-License-Identifier: Apache-2.0

// Wires the views together: which one is shown, and what the header says.

import { onPress } from "./dom.js";
import { Notice } from "./notice.js";
import { isSignOutPending, listenToOtherTabs, setSignOutPending, tellSignedOut } from "./other-tabs.js";
import { Session } from "./session.js";
import { signInView, signUpView } from "./sign-in-view.js";
import { TasksView } from "./tasks-view.js";
import { balanced } from "./text.js";

const main = document.getElementById("main");
const account = document.getElementById("account");
const accountName = document.getElementById("account-name");
const signOut = document.getElementById("sign-out");
const notice = new Notice(document.getElementById("notice"));

let session = null;
let view = null; // the tasks of the session, or of `leftBy`
let leftBy = null; // whose session ended: what that person had typed is still in the view

const ends = { onEnded, onReplaced };

function report(problem) {
  notice.show(problem.advice);
}

function say(text) {
  document.getElementById("status").textContent = text;
}

function showWelcome(welcome) {
  account.hidden = true;
  accountName.textContent = "";
  say("");
  main.replaceChildren(welcome);
  welcome.querySelector("input").focus();
}

function showSignIn() {
  showWelcome(signInView({ signIn: enterWith(Session.signIn), toSignUp: fresh(showSignUp), report }));
}

function showSignUp() {
  showWelcome(signUpView({ signUp: enterWith(Session.signUp), toSignIn: fresh(showSignIn), report }));
}

/** The same, without the notice that is there. */
function fresh(show) {
  return () => {
    notice.hide();
    show();
  };
}

function enterWith(open) {
  return async (body) => {
    const welcome = main.firstElementChild;

    notice.hide();
    const opened = await open(body, ends);
    // Whoever has gone to the other form meanwhile does not want in any more.
    if (!welcome.isConnected) return leave(opened).catch(() => {});
    setSignOutPending(false); // the cookie is the new session's
    showTasks(opened);
  };
}

/** Signs out, now or when the server can be told. */
async function leave(leaving) {
  try {
    await leaving.signOut();
    setSignOutPending(false);
  } catch (problem) {
    setSignOutPending(true);
    throw problem;
  } finally {
    tellSignedOut(leaving.owner);
  }
}

function onEnded(ended) {
  if (ended !== session) return;
  leftBy = session.owner;
  session = null;
  showSignIn();
  notice.show("Your session has ended. Please sign in again.");
}

function onReplaced(ended, other) {
  if (ended !== session) return;
  showTasks(other);
  notice.show("Another account has been signed in to in this browser.");
}

/** Whoever comes back finds what was typed; nobody else does. */
function showTasks(opened) {
  if (view === null || leftBy !== opened.owner) view = new TasksView({ notice, say });
  leftBy = null;
  session = opened;
  main.replaceChildren(view.element);
  account.hidden = false;
  view.show(session);
  showAccount(session);
}

async function showAccount(ofSession) {
  try {
    const { name, email } = await ofSession.request("GET", "/v1/account");
    if (session === ofSession) accountName.textContent = balanced(name || email);
  } catch {
    // Only the name in the header is missing; the list says what is wrong.
  }
}

/** Goes on with the session of before, unless there is none, or it has been left. */
async function begin() {
  const wasLeft = isSignOutPending();
  let resumed = null;

  main.ariaBusy = "true";
  try {
    resumed = await Session.resume(ends);
    if (wasLeft && resumed !== null) await leave(resumed);
    if (wasLeft) setSignOutPending(false);
  } catch (problem) {
    showSignIn();
    if (!wasLeft) notice.show(problem.advice, begin);
    return;
  } finally {
    main.ariaBusy = "false";
  }
  if (resumed === null || wasLeft) showSignIn();
  else showTasks(resumed);
}

onPress(signOut, async () => {
  const leaving = session;

  try {
    await leave(leaving);
    notice.hide();
  } catch {
    notice.show("You are signed out here, but the server could not be told. Your session ends there by itself.");
  } finally {
    if (session === leaving) {
      session = view = leftBy = null;
      showSignIn();
    }
  }
});

listenToOtherTabs((owner) => {
  if (session?.owner === owner) session.end();
});

begin();
