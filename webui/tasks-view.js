// SPDX-License-Identifier: Apache-2.0

// The list of tasks, newest first, a page at a time, as it is while others change it.

import { Problem } from "./api.js";
import { fromTemplate, isStillAt, onPress, partsOf } from "./dom.js";
import { Follower } from "./follower.js";
import { onSubmit, resetForm } from "./forms.js";
import { TaskList } from "./task-list.js";
import { TaskRow } from "./task-row.js";
import { isolated } from "./text.js";

const PAGE_SIZE = 50;

// How often at most the pages that are shown are asked for again, whatever happens.
const ASK_AGAIN_MS = 1000;

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
  #list;
  #nextCursor = null;
  #lastAsk = Promise.resolve(); // one page after the other
  #askedAgain = 0; // when
  #timer = null; // of asking again

  /** `say(text)` tells those who can't see it what has happened. */
  constructor({ notice, say }) {
    this.#notice = notice;
    this.#say = say;
    this.element = fromTemplate("tasks-template");
    this.#parts = partsOf(this.element);
    this.#list = new TaskList(this.#parts.list, {
      makeRow: (task) => this.#makeRow(task),
      focusElsewhere: () => this.#parts.add.elements.name.focus({ preventScroll: true }),
    });
    onSubmit(this.#parts.add, () => this.#add(), (problem) => this.#report(problem));
    onPress(this.#parts.more, () => this.load());
  }

  /** Shows the session's tasks: a first time, or again, where the one before has ended. */
  show(session) {
    const isFirst = this.#session === null;

    this.#session = session;
    this.#focus();
    if (isFirst) this.load();
    else this.#askAgain();
    new Follower(session, { onChanges: (changes) => this.#take(changes), onRefetch: () => this.#askAgainSoon() });
  }

  /**
   * Puts the focus where somebody was typing, else where typing makes a task; not on touch screens, where that would open
   * the keyboard.
   */
  #focus() {
    const { edited } = this.#list;
    const fine = matchMedia("(pointer: fine)").matches;

    if (edited) edited.focusEdit();
    else (fine ? this.#parts.add.elements.name : this.element.querySelector("h2")).focus();
  }

  /** What the stream tells, of which only tasks are shown. */
  #take(changes) {
    for (const { kind, op, id, task } of changes) {
      if (kind === "task" && op === "put") this.#list.put(task);
      else if (kind === "task") this.#list.remove(id);
      else if (kind === "list" && op === "delete") this.#list.removeList(id);
    }
    // More may have been behind them.
    if (this.#list.size === 0 && this.#nextCursor !== null) this.#askAgainSoon();
    this.#showWhetherEmpty();
  }

  #askAgainSoon() {
    const since = performance.now() - this.#askedAgain;

    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#askAgain();
    }, Math.max(0, ASK_AGAIN_MS - since));
  }

  /** Asks for as much as is shown, and leaves what stands there with what is typed in it. */
  async #askAgain() {
    this.#askedAgain = performance.now();
    try {
      await this.#ask(async () => {
        const { size } = this.#list;
        const tasks = [];
        let cursor = null;

        do {
          const page = await this.#readPage(cursor);
          tasks.push(...page.tasks);
          cursor = page.nextCursor ?? null;
        } while (cursor !== null && tasks.length < size);
        this.#nextCursor = cursor;
        return (meanwhile) => this.#list.replace(tasks, cursor === null, meanwhile);
      });
    } catch (problem) {
      this.#report(problem, () => this.#askAgain());
    }
  }

  /** Loads the first page, then with each call the next. */
  async load() {
    const { list, more } = this.#parts;

    list.ariaBusy = "true";
    try {
      await this.#ask(async () => {
        const page = await this.#readPage(this.#nextCursor);
        const isFirst = this.#nextCursor === null;

        this.#nextCursor = page.nextCursor ?? null;
        return (meanwhile) => {
          const rows = this.#list.extend(page.tasks, this.#nextCursor === null, meanwhile);

          if (!isFirst && isStillAt(more)) rows[0]?.focus();
        };
      });
    } catch (problem) {
      this.#report(problem, () => this.load());
    } finally {
      list.ariaBusy = "false";
    }
  }

  /** Has `read()` ask for pages, when what was asked for before is there, and what it gives take them into the list. */
  async #ask(read) {
    const before = this.#lastAsk;
    let done;

    this.#lastAsk = new Promise((resolve) => {
      done = resolve;
    });
    await before;
    const meanwhile = this.#list.watch();

    try {
      const take = await read();
      take(meanwhile);
    } finally {
      this.#list.forget(meanwhile);
      done();
      this.#parts.more.hidden = this.#nextCursor === null;
      this.#showWhetherEmpty();
    }
  }

  #readPage(cursor) {
    const query = new URLSearchParams({ limit: PAGE_SIZE });

    if (cursor !== null) query.set("cursor", cursor);
    return this.#session.request("GET", `/v1/tasks?${query}`);
  }

  #showWhetherEmpty() {
    this.#parts.empty.hidden = this.#list.size > 0 || !this.#list.isComplete;
  }

  #makeRow(task) {
    const path = `/v1/tasks/${encodeURIComponent(task.id)}`;

    return new TaskRow(task, {
      change: (changes, seen) =>
        this.#send(path, seen, (ifMatch) => this.#session.request("PATCH", path, { body: changes, ifMatch })),
      remove: async (seen) => {
        await this.#send(path, seen, (ifMatch) => this.#session.request("DELETE", path, { ifMatch }));
        this.#discard(task.id, true);
        if (this.element.isConnected) this.#say("Deleted.");
      },
      report: (problem) => {
        if (problem.status === 404) this.#discard(task.id);
        this.#report(problem);
      },
      closed: (row) => {
        this.#list.close(row);
        this.#showWhetherEmpty();
      },
    });
  }

  #discard(id, wasDeleted) {
    this.#list.discard(id, wasDeleted);
    this.#showWhetherEmpty();
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

      this.#list.get(task.id)?.update(task);
      if (task.name !== seen.name) {
        throw new Problem(412, `It has been renamed meanwhile, to “${isolated(task.name)}”. Nothing was changed.`);
      }
      tag = tagOf(task);
    }
  }

  async #add() {
    const { add } = this.#parts;
    const input = add.elements.name;
    const typed = input.value;
    const task = await this.#session.request("POST", "/v1/tasks", { body: { name: typed.trim() } });

    if (!this.element.isConnected) return;
    // Whoever has gone on typing meanwhile keeps that.
    if (input.value === typed) resetForm(add);
    this.#list.put(task, true);
    this.#showWhetherEmpty();
    this.#notice.hide();
    this.#say(`Added “${isolated(task.name)}”.`);
    if (isStillAt(add)) input.focus();
  }

  #report(problem, retry = null) {
    if (!(problem instanceof Problem)) throw problem;
    // Once signed out, there is nobody to tell.
    if (this.element.isConnected) this.#notice.show(problem.advice, problem.isTemporary ? retry : null);
  }
}
