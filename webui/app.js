// SPDX-License-Identifier: Apache-2.0

// Wires the views together: which one is shown, and what the header says.

import { Notice } from "./notice.js";
import { Session } from "./session.js";
import { signInView, signUpView } from "./sign-in-view.js";
import { TasksView } from "./tasks-view.js";

const main = document.getElementById("main");
const account = document.getElementById("account");
const accountName = document.getElementById("account-name");
const signOut = document.getElementById("sign-out");
const notice = new Notice(document.getElementById("notice"));

let session = null;

function report(problem) {
  notice.show(problem.advice);
}

function say(text) {
  document.getElementById("status").textContent = text;
}

function showWelcome(view) {
  account.hidden = true;
  accountName.textContent = "";
  main.replaceChildren(view);
  view.querySelector("input").focus();
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
    const view = main.firstElementChild;

    notice.hide();
    const opened = await open(body, onSessionEnded);
    // Whoever has gone to the other form meanwhile does not want in any more.
    if (!view.isConnected) return opened.signOut().catch(() => {});
    session = opened;
    showTasks();
  };
}

function onSessionEnded() {
  session = null;
  showSignIn();
  notice.show("Your session has ended. Please sign in again.");
}

function showTasks() {
  const view = new TasksView({ session, notice, say });

  main.replaceChildren(view.element);
  account.hidden = false;
  view.focus();
  view.load();
  showAccount(session);
}

async function showAccount(ofSession) {
  try {
    const { name, email } = await ofSession.request("GET", "/v1/account");
    if (session === ofSession) accountName.textContent = name || email;
  } catch {
    // Only the name in the header is missing; the list says what is wrong.
  }
}

signOut.addEventListener("click", async () => {
  const leaving = session;

  signOut.disabled = true;
  try {
    await leaving.signOut();
    notice.hide();
  } catch {
    notice.show("You are signed out here, but the server could not be told. Your session ends there by itself.");
  } finally {
    signOut.disabled = false;
    session = null;
    showSignIn();
  }
});

showSignIn();
