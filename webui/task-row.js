// SPDX-License-Identifier: Apache-2.0

// One task: ticked, renamed in place, deleted after a second look.

import { fromTemplate, isStillAt, onPress, partsOf } from "./dom.js";
import { onSubmit, resetForm } from "./forms.js";
import { isComposing } from "./keys.js";
import { balanced, isolated } from "./text.js";

const timeFormat = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

export class TaskRow {
  #task;
  #seen; // the task as it was when its name began to be changed, or a question was asked about it
  #parts;
  #actions;

  /**
   * @param {object} task as the server gives it
   * @param {{change: (changes: object, seen: ?object) => Promise<object>, remove: (seen: object) => Promise,
   *   report: (problem: Problem) => void, closed: (row: TaskRow) => void}} actions what the row can have done; `change` gives the
   *   task as it is afterwards; `closed` hears that nobody types or is asked anything any more. `seen`: the task that somebody decided so about; null: it is no matter what it is like
   */
  constructor(task, actions) {
    this.element = fromTemplate("task-template");
    this.#parts = partsOf(this.element);
    this.#actions = actions;
    const { tick, rename, edit, cancel, confirm, keep, really } = this.#parts;
    const label = this.element.querySelector("label");

    tick.id = `task-${task.id}`;
    label.htmlFor = tick.id;
    tick.addEventListener("click", (event) => this.#tick(event));
    rename.addEventListener("click", () => this.#beginRename());
    cancel.addEventListener("click", () => this.#cancelRename());
    onSubmit(edit, () => this.#rename(), (problem) => actions.report(problem));
    this.#parts.delete.addEventListener("click", () => this.#askToDelete());
    keep.addEventListener("click", () => this.#showLine(this.#parts.delete));
    onPress(really, () => this.#delete());
    this.#onEscape(edit, () => this.#cancelRename());
    this.#onEscape(confirm, () => this.#showLine(this.#parts.delete));
    this.#show(task);
  }

  focus() {
    this.#parts.tick.focus();
  }

  /** The newest that is known of it. */
  get task() {
    return this.#task;
  }

  /** Whether somebody types a new name, or is asked whether to delete it. */
  get isOpen() {
    return this.#parts.line.hidden;
  }

  /** Whether a new name is being typed. */
  get isEdited() {
    return !this.#parts.edit.hidden;
  }

  /** Puts the focus where the new name is typed. */
  focusEdit() {
    this.#parts.edit.elements.name.focus();
  }

  /** Shows `task`, unless what is shown is newer. */
  update(task) {
    this.#show(task);
  }

  #onEscape(element, action) {
    element.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !isComposing(event)) action();
    });
  }

  #show(task) {
    const { tick, name, time, rename } = this.#parts;
    const createdOn = new Date(task.createdOn);

    // Of two changes under way, the answer to the first may come last; and what was done here is told by the stream again.
    if (this.#task?.version >= task.version) return;
    this.#task = task;
    if (this.element.ariaBusy !== "true") tick.checked = Boolean(task.done);
    name.textContent = balanced(task.name);
    this.element.classList.toggle("done", Boolean(task.done));
    rename.ariaLabel = `Rename “${isolated(task.name)}”`;
    this.#parts.delete.ariaLabel = `Delete “${isolated(task.name)}”`;
    time.dateTime = task.createdOn ?? "";
    time.textContent = Number.isNaN(createdOn.getTime()) ? "" : timeFormat.format(createdOn);
  }

  /** Shows the task itself again, after a form or a question, and puts the focus where it came from, if it is still here. */
  #showLine(focus) {
    const isHere = isStillAt(this.element);

    this.#parts.line.hidden = false;
    this.#parts.edit.hidden = true;
    this.#parts.confirm.hidden = true;
    if (isHere) focus.focus();
    this.#actions.closed(this);
  }

  /** Takes one change at a time, but not by disabling the box: that would take the focus from it. */
  async #tick(event) {
    const { tick } = this.#parts;

    if (this.element.ariaBusy === "true") {
      event.preventDefault();
      return;
    }
    this.element.ariaBusy = "true";
    try {
      this.#show(await this.#actions.change({ done: tick.checked }, null));
    } catch (problem) {
      this.#actions.report(problem);
    } finally {
      this.element.ariaBusy = "false";
      tick.checked = Boolean(this.#task.done);
    }
  }

  #beginRename() {
    const { line, edit } = this.#parts;

    this.#seen = this.#task;
    resetForm(edit);
    edit.elements.name.value = this.#task.name;
    line.hidden = true;
    edit.hidden = false;
    edit.elements.name.focus();
    edit.elements.name.select();
  }

  /** Not while the name is being saved: the answer would come to nobody. */
  #cancelRename() {
    if (this.#parts.edit.ariaBusy !== "true") this.#showLine(this.#parts.rename);
  }

  async #rename() {
    const { edit, rename } = this.#parts;
    const name = edit.elements.name.value.trim();

    try {
      if (name !== this.#seen.name) this.#show(await this.#actions.change({ name }, this.#seen));
    } finally {
      this.#seen = this.#task; // whoever was told that it is another one knows it now
    }
    this.#showLine(rename);
  }

  #askToDelete() {
    const { line, confirm, subject, really } = this.#parts;

    this.#seen = this.#task;
    subject.textContent = balanced(this.#task.name);
    line.hidden = true;
    confirm.hidden = false;
    really.focus();
  }

  async #delete() {
    try {
      await this.#actions.remove(this.#seen);
    } catch (problem) {
      this.#showLine(this.#parts.delete);
      this.#actions.report(problem);
    }
  }
}
