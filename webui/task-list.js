// SPDX-License-Identifier: Apache-2.0

// The rows of tasks, newest first, down to where pages have been read; whoever brings a task: a page, a stream of changes, or what
// was done here. What comes from the stream is newer than a page that is under way, and wins.

const NOTHING = Symbol("no page has been read");
const EVERYTHING = Symbol("the last page has been read");

/** Whether `a` comes before `b`, as in the server's pages. */
function isBefore(a, b) {
  return a.createdOn === b.createdOn ? a.id > b.id : a.createdOn > b.createdOn;
}

/**
 * What has come otherwise while pages were under way.
 * @typedef {{put: Map<string, object>, gone: Set<string>}} Meanwhile the tasks by their ids; ids of tasks, and of whole lists
 */

export class TaskList {
  #element;
  #makeRow;
  #focusElsewhere;
  #rows = []; // TaskRow, in order
  #byId = new Map();
  #reach = NOTHING; // the last task of the last page that was read, whether it is still there or not
  #meanwhiles = new Set(); // of the pages that are under way
  #removed = new Map(); // when what was deleted here had been created, by its id
  #leaving = new Set(); // ids of what is gone, but somebody is at it

  /** `makeRow(task)` makes a TaskRow; `focusElsewhere()` takes the focus of the last row. */
  constructor(element, { makeRow, focusElsewhere }) {
    this.#element = element;
    this.#makeRow = makeRow;
    this.#focusElsewhere = focusElsewhere;
  }

  get size() {
    return this.#rows.length;
  }

  /** Whether all pages have been read. */
  get isComplete() {
    return this.#reach === EVERYTHING;
  }

  get(id) {
    return this.#byId.get(id);
  }

  /** The row in which something is being typed, if there is one. */
  get edited() {
    return this.#rows.find((row) => row.isEdited);
  }

  // Pages

  /** To be called before pages are asked for, and its result given with them. */
  watch() {
    const meanwhile = { put: new Map(), gone: new Set() };
    this.#meanwhiles.add(meanwhile);
    return meanwhile;
  }

  /** The pages did not come. */
  forget(meanwhile) {
    this.#meanwhiles.delete(meanwhile);
  }

  /** The next page, and whether it is the last one. Gives the rows that are new. */
  extend(tasks, isLast, meanwhile) {
    const known = new Set(this.#rows);
    this.#read(tasks, isLast, meanwhile);
    return this.#rows.filter((row) => !known.has(row));
  }

  /** All tasks from the first one on: what is not among them is there no more, or behind them. */
  replace(tasks, isLast, meanwhile) {
    const listed = new Set(tasks.map((task) => task.id));

    for (const { task } of [...this.#rows]) {
      if (!listed.has(task.id) && !meanwhile.put.has(task.id)) this.remove(task.id);
    }
    this.#read(tasks, isLast, meanwhile);
  }

  #read(tasks, isLast, meanwhile) {
    this.forget(meanwhile);
    for (const task of tasks) {
      if (!meanwhile.gone.has(task.id) && !meanwhile.gone.has(task.listId)) this.#place(task);
    }
    if (isLast) this.#reach = EVERYTHING;
    else if (tasks.length > 0) this.#reach = tasks.at(-1);
    for (const task of meanwhile.put.values()) this.put(task);
  }

  // Single tasks

  /** A task as it is now. It is shown where pages have been read as far as that, or in any case. */
  put(task, inAnyCase = false) {
    // It may have been told before it was deleted, and come after.
    if (this.#removed.has(task.id) && this.#removed.get(task.id) === task.createdOn) return;
    for (const { put, gone } of this.#meanwhiles) {
      put.set(task.id, task);
      gone.delete(task.id);
    }
    if (inAnyCase || this.#byId.has(task.id) || this.#isReached(task)) this.#place(task);
  }

  /** A task is gone; the row stays as long as somebody types in it, or is asked something there. */
  remove(id) {
    const row = this.#byId.get(id);

    this.#note(id);
    if (row?.isOpen) this.#leaving.add(id);
    else if (row) this.#drop(row);
  }

  /** A whole list of tasks is gone. */
  removeList(listId) {
    this.#note(listId);
    for (const { put } of this.#meanwhiles) {
      for (const task of put.values()) if (task.listId === listId) this.#note(task.id);
    }
    for (const { task } of [...this.#rows]) if (task.listId === listId) this.remove(task.id);
  }

  /** A task was found to be gone by somebody who is at it, or has deleted it: they go on with its neighbour. */
  discard(id, wasDeleted = false) {
    const row = this.#byId.get(id);

    this.#note(id);
    if (!row) return;
    if (wasDeleted) this.#removed.set(id, row.task.createdOn);
    this.#drop(row);
  }

  /** Nobody is at the row any more. */
  close(row) {
    if (this.#leaving.has(row.task.id)) this.#drop(row);
  }

  #note(id) {
    for (const { put, gone } of this.#meanwhiles) {
      put.delete(id);
      gone.add(id);
    }
  }

  #isReached(task) {
    return this.#reach !== NOTHING && (this.#reach === EVERYTHING || !isBefore(this.#reach, task));
  }

  #place(task) {
    const known = this.#byId.get(task.id);

    this.#leaving.delete(task.id);
    if (known) known.update(task);
    else this.#insert(task);
  }

  #insert(task) {
    const row = this.#makeRow(task);
    const at = this.#rows.findIndex((other) => isBefore(task, other.task));

    if (at < 0) this.#element.append(row.element);
    else this.#rows[at].element.before(row.element);
    this.#rows.splice(at < 0 ? this.#rows.length : at, 0, row);
    this.#byId.set(task.id, row);
  }

  /** The focus moves on only if it was in the row, and scrolls nothing. */
  #drop(row) {
    const { element, task } = row;
    const neighbour = element.nextElementSibling ?? element.previousElementSibling;
    const moves = element.contains(document.activeElement);

    this.#rows.splice(this.#rows.indexOf(row), 1);
    this.#byId.delete(task.id);
    this.#leaving.delete(task.id);
    element.remove();
    if (moves && neighbour) neighbour.querySelector("input").focus({ preventScroll: true });
    else if (moves) this.#focusElsewhere();
  }
}
