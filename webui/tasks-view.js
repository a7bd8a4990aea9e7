// SPDX-License-Identifier: Apache-2.0

// The list of tasks, newest first, a page at a time.

import { Problem } from "./api.js";
import { fromTemplate, partsOf } from "./dom.js";
import { onSubmit, resetForm } from "./forms.js";
import { TaskRow } from "./task-row.js";
import { isolated } from "./text.js";

const PAGE_SIZE = 50;

// How often something is sent anew because the task was changed meanwhile.
const ATTEMPTS = 5;

/** What is asked whether it is there, whatever it is like. */
const ANY_TAG = "*";

function tagOf(task) {
  return `"${task.version}"`;
}

export class TasksView {
  #session = null;
  #notice;
  #say;
  #parts;
  #rows = new Map(); // TaskRow by its task's id
  #nextCursor = null;
  #isComplete = false; // whether the last page is there

  /** `say(text)` tells those who can't see it what has happened. */
  constructor({ notice, say }) {
    this.#notice = notice;
    this.#say = say;
    this.element = fromTemplate("tasks-template");
    this.#parts = partsOf(this.element);
    onSubmit(this.#parts.add, () => this.#add(), (problem) => this.#report(problem));
    this.#parts.more.addEventListener("click", () => this.load());
  }

  /** Shows the session's tasks: a first time, or again, where the one before has ended. */
  show(session) {
    const isFirst = this.#session === null;

    this.#session = session;
    this.#focus();
    if (isFirst) this.load();
    else this.#catchUp();
  }

  /**
   * Puts the focus where somebody was typing, else where typing makes a task; not on touch screens, where that would open
   * the keyboard.
   */
  #focus() {
    const edited = [...this.#rows.values()].find((row) => row.isEdited);
    const fine = matchMedia("(pointer: fine)").matches;

    if (edited) edited.focusEdit();
    else (fine ? this.#parts.add.elements.name : this.element.querySelector("h2")).focus();
  }

  /** Brings what has changed meanwhile into the first page, and leaves what stands there with what is typed in it. */
  async #catchUp() {
    try {
      const page = await this.#session.request("GET", `/v1/tasks?${new URLSearchParams({ limit: PAGE_SIZE })}`);
      const listed = new Set(page.tasks.map((task) => task.id));
      let above = null;

      for (const task of page.tasks) {
        const known = this.#rows.get(task.id);
        const row = known ?? this.#makeRow(task);

        if (known) known.update(task);
        else if (above) above.after(row.element);
        else this.#parts.list.prepend(row.element);
        above = row.element;
      }
      if (page.nextCursor === undefined) {
        for (const [id, row] of this.#rows) if (!listed.has(id) && !row.isEdited) this.#dropRow(id);
        this.#isComplete = true;
        this.#nextCursor = null;
      } else if (this.#rows.size === listed.size) {
        this.#nextCursor = page.nextCursor;
      }
    } catch (problem) {
      this.#report(problem, () => this.#catchUp());
    } finally {
      this.#parts.more.hidden = this.#nextCursor === null;
      this.#showWhetherEmpty();
    }
  }

  /** Loads the first page, then with each call the next. */
  async load() {
    const { list, more } = this.#parts;
    const query = new URLSearchParams({ limit: PAGE_SIZE });

    if (this.#nextCursor !== null) query.set("cursor", this.#nextCursor);
    list.ariaBusy = "true";
    more.disabled = true;
    try {
      const page = await this.#session.request("GET", `/v1/tasks?${query}`);
      const rows = page.tasks.filter((task) => !this.#rows.has(task.id)).map((task) => this.#makeRow(task));
      const hadFocus = document.activeElement === document.body || document.activeElement === more;

      list.append(...rows.map((row) => row.element));
      this.#nextCursor = page.nextCursor ?? null;
      this.#isComplete = this.#nextCursor === null;
      if (query.has("cursor") && hadFocus) rows[0]?.focus();
    } catch (problem) {
      this.#report(problem, () => this.load());
    } finally {
      list.ariaBusy = "false";
      more.disabled = false;
      more.hidden = this.#nextCursor === null;
      this.#showWhetherEmpty();
    }
  }

  #showWhetherEmpty() {
    this.#parts.empty.hidden = this.#rows.size > 0 || !this.#isComplete;
  }

  /** A task that was added without an answer, and then again, may stand there already. */
  #rowOf(task) {
    const known = this.#rows.get(task.id);

    known?.update(task);
    return known ?? this.#makeRow(task);
  }

  #makeRow(task) {
    const path = `/v1/tasks/${encodeURIComponent(task.id)}`;
    const row = new TaskRow(task, {
      change: (changes, seen) =>
        this.#send(path, seen, (ifMatch) => this.#session.request("PATCH", path, { body: changes, ifMatch })),
      remove: async (seen) => {
        await this.#send(path, seen, (ifMatch) => this.#session.request("DELETE", path, { ifMatch }));
        this.#dropRow(task.id);
        if (this.element.isConnected) this.#say("Deleted.");
      },
      report: (problem) => {
        if (problem.status === 404) this.#dropRow(task.id);
        this.#report(problem);
      },
    });

    this.#rows.set(task.id, row);
    return row;
  }

  /**
   * What `send(ifMatch)` sends, of a task whose name is still the one that was `seen`, or, where that is null, of
   * whatever is there. Else it shows how the task is now, and throws.
   */
  async #send(path, seen, send) {
    let tag = seen === null ? ANY_TAG : tagOf(seen);

    for (let attempt = 1; ; attempt += 1) {
      try {
        return await send(tag);
      } catch (problem) {
        if (problem.status !== 412 || seen === null || attempt === ATTEMPTS) throw problem;
      }
      const task = await this.#session.request("GET", path);

      this.#rows.get(task.id)?.update(task);
      if (task.name !== seen.name) {
        throw new Problem(412, `It has been renamed meanwhile, to “${isolated(task.name)}”. Nothing was changed.`);
      }
      tag = tagOf(task);
    }
  }

  /** Two requests about one task may both find that it is gone. The focus moves on only if it was in the row. */
  #dropRow(id) {
    const row = this.#rows.get(id);

    if (!row) return;
    const { element } = row;
    const neighbour = element.nextElementSibling ?? element.previousElementSibling;
    const active = document.activeElement;

    this.#rows.delete(id);
    this.#showWhetherEmpty();
    if (element.contains(active) || active === document.body) {
      (neighbour?.querySelector("input") ?? this.#parts.add.elements.name).focus();
    }
    element.remove();
  }

  async #add() {
    const { add, list } = this.#parts;
    const input = add.elements.name;
    const typed = input.value;
    const task = await this.#session.request("POST", "/v1/tasks", { body: { name: typed.trim() } });

    if (!this.element.isConnected) return;
    // Whoever has gone on typing meanwhile keeps that.
    if (input.value === typed) resetForm(add);
    list.prepend(this.#rowOf(task).element);
    this.#showWhetherEmpty();
    this.#notice.hide();
    this.#say(`Added “${isolated(task.name)}”.`);
    input.focus();
  }

  #report(problem, retry = null) {
    if (!(problem instanceof Problem)) throw problem;
    // Once signed out, there is nobody to tell.
    if (this.element.isConnected) this.#notice.show(problem.advice, problem.isTemporary ? retry : null);
  }
}
